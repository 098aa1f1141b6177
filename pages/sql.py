"""SQL: a query of one's own over the snapshot in view."""

import streamlit as st

from pages.parts.frame import begin, note, title
from pages.parts.sql_editor import editor
from pages.parts.sql_result import show_answer
from pages.parts.sql_running import answered
from pages.parts.sql_schema import schema_browser

view = begin("sql", sidebar=False)
st.session_state["ov-sql-dark"] = view.dark
title(view, "What do you want to ask in SQL?", on_paper=False)
note(
    "For what the other pages do not answer. The filter of the other pages does not apply here: a query counts what it says. "
    "It runs apart from the dashboard, reads the snapshot in view and changes nothing."
)
left, right = st.columns([5, 3], gap="medium")
with left:
    editor(view)
    answer = answered()
with right, st.container(height=560, border=False, key="ov-sql-schema"):
    schema_browser()
if answer is not None:
    show_answer(view, answer)
