"""One letter: its text with every extracted value marked, and the values beside it."""

import streamlit as st

from data.sentences import day
from data.statistics import counted
from pages.parts.alike import decisions_like_this
from pages.parts.derived import derived_list
from pages.parts.evidence import PROBLEMS, marked_html, marks, problem_list, problem_marks, value_list
from pages.parts.frame import begin, plain, title
from pages.parts.state import link
from pages.parts.theme import KIND_LABELS

view = begin("letter", sidebar=False)
asked = st.query_params.get("letter", "")
letter = view.ask("letter", asked) if asked else None
link("letters", "Back to the letters", view.filters, page=st.query_params.get("page", "1"))
if letter is None:
    st.title("This letter is not here")
    st.info(
        f"The link names the letter {plain(asked[:64])}, which the snapshot in view does not hold. It may be in a newer snapshot, or was taken out. "
        "Look for it by its case number or its words on the page Letters."
        if asked
        else "No letter was chosen. Choose one on the page Letters, or type its case number into the search box there."
    )
    st.stop()

title(view, letter["case_number"] or letter["source"].rsplit("/", 1)[-1], on_paper=False)
outcomes = [decision["outcome"] for decision in letter["decisions"]]
st.html(
    f'<p class="ov-answer">{counted(len(outcomes), "disputed item")}: {outcomes.count("overturned")} overturned, {outcomes.count("upheld")} upheld. '
    f"Decided {day(letter['decision_date'])}; UR denial {day(letter['ur_denial_date'])}; injury {day(letter['injury_date'])}.</p>"
)
if letter["superseded"]:
    st.warning("A later determination of this case is loaded; charts count that one.")
for version in letter["versions"]:
    st.button(
        f"Other determination of this case, decided {day(version['decision_date'])}",
        key=f"ov-version-{version['letter_id'][:16]}",
        on_click=lambda identity: st.query_params.update({"letter": identity}),
        args=(version["letter_id"][:16],),
    )

text, side = st.columns([2, 1], gap="large")
with text:
    legend = "".join(
        f'<span><mark class="ov-mark ov-{kind}">{label}</mark></span>' for kind, label in KIND_LABELS.items()
    )
    wrong = {problem["kind"] for problem in letter["problems"]}
    legend += "".join(
        f'<span class="ov-problem ov-{kind}">{label}</span>' for kind, label in PROBLEMS.items() if kind in wrong
    )
    st.html(f'<div class="ov-legend">{legend}</div>')
    if letter["text"] is None:
        st.error(
            "The text of this letter cannot be read: its part of the warehouse is missing. Load the letters again."
        )
    else:
        found = [*marks(letter["findings"]), *problem_marks(letter["problems"])]
        st.html(marked_html(letter["text"], found))
with side:
    for kind, heading in PROBLEMS.items():
        if listed := problem_list(letter["problems"], kind):
            st.subheader(heading)
            st.html(listed)
    st.subheader("What was read")
    st.html(value_list(letter["findings"], None))
    st.html(derived_list(letter, None))
    asked_for = st.query_params.get("item", "")
    for decision in sorted(letter["decisions"], key=lambda item: str(item["ordinal"]) != asked_for):
        st.subheader(f"Item {decision['ordinal']}: {decision['outcome']}")
        st.html(value_list(letter["findings"], decision["ordinal"]))
        st.html(derived_list(letter, decision["ordinal"]))

decisions_like_this(view, letter)
