"""The entry of the dashboard: `streamlit run dashboard.py`. Registers the pages and runs the one that was asked for."""

from pages.parts.navigation import register

register().run()
