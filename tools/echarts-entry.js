// The part of ECharts that the charts of congdoan/kit/charts.py use; tools/assets.sh bundles it.
export { init, use, registerLocale } from "echarts/core";
import { use } from "echarts/core";
import { BarChart, FunnelChart, LineChart, TreemapChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, FunnelChart, LineChart, TreemapChart, AriaComponent, GridComponent, LegendComponent,
  MarkLineComponent, TooltipComponent, SVGRenderer]);
