"""The officers' face: home, navigation, drill-down, administration."""
