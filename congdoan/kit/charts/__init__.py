"""Pictures from data, as pure functions.

Two kinds: small SVG drawn on the server (``drawn``), with attributes only, because the content security
policy forbids inline styles; and options of Apache ECharts as plain dictionaries, JSON-ready
(``options``), which ``static/kit/app.js`` draws. What a screen shows with ``{% chart %}`` is a
:class:`Chart`: the picture, the question it answers as its title, and the table behind it, so that no
figure is only drawn.
"""

from congdoan.kit.charts.drawn import Square, bullet_svg, coverage_squares, sparkline_svg
from congdoan.kit.charts.options import (
    Step,
    funnel,
    horizontal_bars,
    stacked_bars,
    treemap,
    trend,
    waterfall,
)
from congdoan.kit.charts.picture import TONE_COLOURS, Chart

__all__ = [
    "TONE_COLOURS",
    "Chart",
    "Square",
    "Step",
    "bullet_svg",
    "coverage_squares",
    "funnel",
    "horizontal_bars",
    "sparkline_svg",
    "stacked_bars",
    "treemap",
    "trend",
    "waterfall",
]
