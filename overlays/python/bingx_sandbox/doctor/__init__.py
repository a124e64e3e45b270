"""The signature doctor: finds the usual mistake that explains a rejected request.

It does no I/O, and no text of it contains a secret.
"""

from bingx_sandbox.doctor.candidates import RejectedRequest, rejected_request
from bingx_sandbox.doctor.catalog import Diagnosis, DiagnosisDict
from bingx_sandbox.doctor.checks import (
    check_api_key,
    check_missing_signature,
    check_signature,
    check_timestamp,
    compare_signature,
)

__all__ = [
    "Diagnosis",
    "DiagnosisDict",
    "RejectedRequest",
    "check_api_key",
    "check_missing_signature",
    "check_signature",
    "check_timestamp",
    "compare_signature",
    "rejected_request",
]
