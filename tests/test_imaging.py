"""Imaging named by a request: every trap that a wording is known to set."""

from __future__ import annotations

import duckdb
import pytest

from data.categories import category_of
from data.derivations import study_sql
from data.imaging import discussed_in, fused_labels, fused_studies, imaging_in, modality_keys, requested_modalities
from tests.builder import Item, read_letter

H, R = "hybrid", "requested"
CASES: list[tuple[str, list[tuple[str, str]]]] = [
    # densitometry wins over bone scan
    ("DEXA bone scan", [("dexa", R)]),
    ("Bone density scan of the hip", [("dexa", R)]),
    ("DXA", [("dexa", R)]),
    ("Whole body bone scan", [("bone_scan", R)]),
    ("TECHNICIAN BONE SCAN TOTAL SPINE QTY:1.00", [("bone_scan", R)]),
    # spectroscopy means SPECT beside a bone scan, never beside MR
    ("Bone scan spectroscopy", [("bone_scan", H), ("spect", H)]),
    ("MR spectroscopy of the lumbar discs", [("mri", R)]),
    # one fused study, or two
    ("Bone scan spectroscopy with computed tomography (CT) fusion", [("bone_scan", H), ("spect", H), ("ct", H)]),
    ("SPECT/CT", [("spect", H), ("ct", H)]),
    ("SPECT-CT of the lumbar spine", [("spect", H), ("ct", H)]),
    ("PET/CT", [("pet", H), ("ct", H)]),
    ("Bone scan with SPECT", [("bone_scan", H), ("spect", H)]),
    ("PET and CT", [("pet", R), ("ct", R)]),
    ("MRI/CT of the spine and pelvis", [("mri", R), ("ct", R)]),
    # spelled-out names hold other names
    ("Single photon emission computed tomography", [("spect", R)]),
    ("SPECT (single photon emission computed tomography) scan", [("spect", R)]),
    ("Positron emission tomography", [("pet", R)]),
    ("Dual energy x-ray absorptiometry", [("dexa", R)]),
    ("CT myelogram of the lumbar spine", [("ct", R), ("myelogram", R)]),
    ("MR arthrogram of the shoulder", [("arthrogram", R), ("mri", R)]),
    # CT is a word in capitals
    ("CT of the head", [("ct", R)]),
    ("ct scan of the head", [("ct", R)]),
    ("CTS release", []),
    ("CTR, right", []),
    ("CTD work-up", []),
    ("Ct of the head", []),
    ("C-T spine x-ray", [("xray", R)]),
    ("Carpal tunnel syndrome surgery", []),
    ("Dexamethasone 4 mg #10", []),
    # ultrasound as treatment, and guidance of a needle
    ("Ultrasound 1 times 8", [("ultrasound", "therapy")]),
    ("Pulsed ultrasound 2 times a week", [("ultrasound", "therapy")]),
    ("Diagnostic ultrasound of the shoulder", [("ultrasound", R)]),
    ("Ultrasound guided injection", [("ultrasound", "guidance")]),
    ("Epidural steroid injection under fluoroscopic guidance", [("fluoroscopy", "guidance")]),
    ("CT guided biopsy", [("ct", "guidance")]),
    ("Fluoroscopy of the wrist", [("fluoroscopy", R)]),
    # imaging among other things
    ("Labs to include: CBC, chest X-ray", [("xray", R)]),
    ("Associated surgical service: Chest x-ray", [("xray", R)]),
    ("X-rays, MRI and EMG", [("xray", R), ("mri", R)]),
    ("EMG/NCV of both arms", []),
    ("Trigger points impedance imaging (TPII)", []),
    ("MRI compatible pacemaker", []),
    ("Bone stimulator", []),
    ("Pets therapy", []),
    ("PET scan", [("pet", R)]),
    ("Thermogram", [("other_imaging", R)]),
    # a study beside a needle, of two places, or named in brackets
    ("Cervical epidural injection, fluoroscopy", [("fluoroscopy", "guidance")]),
    ("Injection of the hip; fluoroscopy of the wrist", [("fluoroscopy", R)]),
    ("SPECT of the neck with CT of the hip", [("spect", R), ("ct", R)]),
    ("SPECT of the neck with CT of the neck", [("spect", H), ("ct", H)]),
    ("Bone scan (DXA)", [("dexa", R)]),
    ("CT-L spine films, x-ray", [("xray", R)]),
    ("Interpretation of the MRI", []),
]


@pytest.mark.parametrize(("phrase", "expected"), CASES, ids=[phrase for phrase, _ in CASES])
def test_phrase(phrase: str, expected: list[tuple[str, str]]) -> None:
    found = [study for study, _ in imaging_in(phrase)]
    assert sorted((study.modality, study.role) for study in found) == sorted(expected)
    assert requested_modalities(found) == tuple(sorted({key for key, role in expected if role in (R, H)}))
    for study in found:
        assert phrase[slice(*study.span)].strip()


@pytest.mark.parametrize(("phrase", "expected"), CASES[::3])
def test_the_letter_says_the_same_as_the_phrase(phrase: str, expected: list[tuple[str, str]]) -> None:
    decision = read_letter(Item("Office visit"), Item(phrase)).decisions[1]
    asked = sorted((study.modality, study.role) for study in decision.imaging if study.role != "discussed")
    assert asked == sorted(expected)


@pytest.mark.parametrize(
    ("phrase", "key"),
    [
        ("Carotid ultrasound", "diagnostic_imaging"),
        ("Ultrasound, left wrist", "diagnostic_imaging"),
        ("Bone scan with blood pool", "diagnostic_imaging"),
        ("Post-fusion CT of the neck", "diagnostic_imaging"),
        ("Labs: CBC, TSH, chest x-ray", "diagnostic_laboratory"),
        ("Labs to include: chest x-ray", "diagnostic_imaging"),
        ("Chiropractic care with ultrasound", "rehabilitation_chiropractic"),
        ("Dexa 2 mg tablets", "pharmaceuticals_corticosteroid"),
    ],
)
def test_the_category_of_a_study(phrase: str, key: str) -> None:
    found = category_of(phrase)
    assert found and found.category.subcategory == key


def test_spans_are_the_words() -> None:
    text = "Repeat CT scan and bone scan"
    assert {study.modality: text[slice(*study.span)] for study, _ in imaging_in(text)} == {
        "ct": "CT scan",
        "bone_scan": "bone scan",
    }
    assert [study.modality for study, _ in imaging_in(text, 15)] == ["bone_scan"]
    assert [study.modality for study, _ in imaging_in(text, 0, 15)] == ["ct"]


def test_the_body_of_a_letter_is_no_evidence_of_what_is_asked_for() -> None:
    talk = "A SPECT scan and two CT scans were done; a bone scan is not medically necessary."
    decision = read_letter(Item("One bone scan of the spine", rationale=talk)).decisions[0]
    assert decision.imaging_modalities == ("bone_scan",)
    assert [(study.modality, study.role) for study in decision.imaging] == [
        ("bone_scan", "requested"),
        ("spect", "discussed"),
        ("ct", "discussed"),
    ]


def test_discussed_leaves_out_what_is_requested_and_treatment() -> None:
    text = "MRI, then an MRI, then a CT scan, and ultrasound therapy."
    assert [study.modality for study, _ in discussed_in(text, 0, len(text), {"mri"})] == ["ct"]


def test_the_four_target_modalities_come_first() -> None:
    assert modality_keys()[:4] == ("bone_scan", "spect", "ct", "dexa")
    assert len(modality_keys()) == len(set(modality_keys())) == 12


def test_fused_studies_are_known_by_what_they_join() -> None:
    assert fused_studies() == {
        "fused_bone_scan_spect_ct": ("bone_scan", "spect", "ct"),
        "fused_spect_ct": ("spect", "ct"),
        "fused_bone_scan_spect": ("bone_scan", "spect"),
        "fused_pet_ct": ("pet", "ct"),
        "fused_pet_mri": ("pet", "mri"),
        "fused_bone_scan_ct": ("bone_scan", "ct"),
    }
    assert fused_labels()["fused_bone_scan_spect_ct"] == "Fused Bone scan/SPECT/CT"


@pytest.mark.parametrize(
    ("modalities", "fused", "held"),
    [
        (("ct",), False, {"ct"}),
        (("ct", "spect"), False, {"ct", "spect"}),
        (("ct", "spect"), True, {"fused_spect_ct"}),
        (("ct", "mri", "spect"), True, {"fused_spect_ct", "mri"}),
        (("bone_scan", "ct", "spect"), True, {"fused_bone_scan_spect_ct"}),
        (("ct", "pet", "spect"), True, {"fused_spect_ct", "pet"}),
        (("dexa",), True, {"dexa"}),
        ((), False, set()),
    ],
)
def test_a_fused_study_has_a_bit_of_its_own(modalities: tuple[str, ...], fused: bool, held: set[str]) -> None:
    keys = (*modality_keys(), *fused_studies())
    mask = sum(1 << keys.index(key) for key in modalities)
    (found,) = duckdb.execute(f"SELECT {study_sql(f'{mask}::UBIGINT', str(fused))}").fetchone() or (0,)
    assert {key for bit, key in enumerate(keys) if found >> bit & 1} == held
