"""Dates as letters write them, and the sentences that say which date is meant."""

from __future__ import annotations

import pytest

from loaders.dates import injury_date, parse_date, utilization_review_date


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("10-14-2016", "2016-10-14"),
        ("6/19/07", "2007-06-19"),
        ("6 / 19 / 2007", "2007-06-19"),
        ("06/19/1998", "1998-06-19"),
        ("1/2/29", "2029-01-02"),
        ("1/2/30", "1930-01-02"),
        ("June 3 2013", "2013-06-03"),
        ("March 17, 2009", "2009-03-17"),
        ("Sept. 1st, 2015", "2015-09-01"),
        ("May 3rd 2015", "2015-05-03"),
        ("2016-10-14", "2016-10-14"),
        ("May 3 of 2015", "2015-05-03"),
        ("5.3.15", "2015-05-03"),
        ("2/29/2016", "2016-02-29"),
        ("2/29/2015", None),
        ("13/1/2015", None),
        ("0/0/00", None),
        ("February 30, 2015", None),
        ("0000-01-01", None),
    ],
)
def test_parse_date(written: str, iso: str | None) -> None:
    assert parse_date(written) == iso


@pytest.mark.parametrize(
    ("text", "iso", "written"),
    [
        ("with a date of injury of March 17, 2009.", "2009-03-17", "March 17, 2009"),
        ("The date of injury in this claim is November 19, 2009.", "2009-11-19", "November 19, 2009"),
        ("the date of injury is given as June 4, 2013.", "2013-06-04", "June 4, 2013"),
        ("(DOI: 6/19/07)", "2007-06-19", "6/19/07"),
        ("sustained an industrial injury on 10-14-2016 when", "2016-10-14", "10-14-2016"),
        ("was injured at work on\nJune 3 2013", "2013-06-03", "June 3 2013"),
        ("ties her pain to an injury of December 14, 2012.", "2012-12-14", "December 14, 2012"),
        ("date of injury 2/30/2012, corrected to a date of injury of 3/1/2012", "2012-03-01", "3/1/2012"),
        ("An MRI dated March 17, 2009 is clean.", None, ""),
        ("He was seen on 3/17/2009 after his injury.", None, ""),
        ("injured in 2013", None, ""),
        ("was injured 6/3/2013 at work", "2013-06-03", "6/3/2013"),
    ],
)
def test_injury_date(text: str, iso: str | None, written: str) -> None:
    found = injury_date(text, (0, len(text)))
    assert (found.value if found else None) == iso
    assert found is None or text[slice(*found.span)] == written


@pytest.mark.parametrize(
    ("text", "iso", "rule"),
    [
        ("In a utilization review determination dated August 5, 2014, both were refused.", "2014-08-05", "dates/ur"),
        ("A UR report dated 8/5/14 says no.", "2014-08-05", "dates/ur"),
        ("On August 20, 2013, the claims administrator denied it.", "2013-08-20", "dates/ur_act"),
        ("On August 20, 2013, the claims administrator allowed the CT scan.", "2013-08-20", "dates/ur_act"),
        ("On 8/20/2013 utilization review non-certified the scan.", "2013-08-20", "dates/ur_act"),
        ("Utilization review was done on 8/20/2013.", "2013-08-20", "dates/ur_passive"),
        ("The claims administrator modified the request on 8/20/2013.", "2013-08-20", "dates/ur_passive"),
        ("UR denied it on 8/20/2013.", "2013-08-20", "dates/ur_passive"),
        ("On August 20, 2013, the surgeon denied that.", None, ""),
        ("On August 20, 2013, the claims administrator received the request.", None, ""),
    ],
)
def test_utilization_review_date(text: str, iso: str | None, rule: str) -> None:
    found = utilization_review_date(text, (0, len(text)))
    assert (found.value if found else None) == iso
    assert found is None or found.rule == rule


def test_only_the_given_part_is_read() -> None:
    text = "date of injury 1/1/2012. The rest."
    assert injury_date(text, (24, len(text))) is None
