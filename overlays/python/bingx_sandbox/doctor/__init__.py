"""The doctor: says which usual mistake explains a refused request. Pure, and never tells a secret."""

from __future__ import annotations

from bingx_sandbox.doctor.absences import examine_api_key, examine_missing_signature
from bingx_sandbox.doctor.case import Case, open_case
from bingx_sandbox.doctor.diagnosis import Diagnosis, WrittenDiagnosis
from bingx_sandbox.doctor.examination import examine_signature
from bingx_sandbox.doctor.timestamps import examine_timestamp

__all__ = [
    "Case",
    "Diagnosis",
    "WrittenDiagnosis",
    "examine_api_key",
    "examine_missing_signature",
    "examine_signature",
    "examine_timestamp",
    "open_case",
]
