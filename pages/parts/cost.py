"""What a denial costs beside an approval: shown only as a reason to approve."""

from __future__ import annotations

import html
from datetime import UTC, datetime

import streamlit as st

from data.cost import cost_sentence, costs, fee_on

NO_SHARE = "Too few letters decide such a request to say how often a denial is upheld, and the cost rests on that. Choose wider dates."


def cost_line(upheld: float | None) -> None:
    """The fold with the costs of one request; `upheld` is the share of such denials, when appealed, that is upheld.

    Without that share, which too few letters do not give, it says so and no cost is given.
    """
    with st.expander("What denying it costs (optional)", key="ov-cost-fold"):
        if upheld is None:
            st.html(f'<p class="ov-note">{html.escape(NO_SHARE)}</p>')
            return
        left, middle, right = st.columns(3)
        known = fee_on(datetime.now(UTC).date())
        with left:
            treatment = st.number_input(
                "Cost of the treatment, $", min_value=0, value=None, step=50, key="ov-cost-treatment"
            )
        with middle:
            fee = st.number_input(
                "Fee of the review, $",
                min_value=0,
                value=known,
                step=5,
                key="ov-cost-fee",
                help="As reported for applications from 2020 on (8 CCR 9792.10.8); change it to the table in force. It is paid once an "
                "application and shared by its items.",
            )
        with right:
            appealed = st.number_input("Share of such denials appealed, %", 0, 100, 100, 5, key="ov-cost-appealed")
        if treatment is None or fee is None:
            st.html('<p class="ov-note">Enter what the treatment costs.</p>')
            return
        found = costs(float(fee), float(treatment), upheld, appealed / 100)
        st.html(f'<p class="ov-note" role="status">{html.escape(cost_sentence(found, upheld))}</p>')
