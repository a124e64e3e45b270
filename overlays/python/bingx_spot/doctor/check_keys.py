"""Look at the API key: whether it is there, and who can read it."""

import os

from bingx_spot.credentials import API_KEY_VARIABLE, API_SECRET_VARIABLE, KEY_FILE_VARIABLE, Credentials
from bingx_spot.doctor.check_result import CheckResult, failed, passed
from bingx_spot.exceptions import CredentialsError

CHECK = "key"


def check_keys() -> tuple[CheckResult, Credentials | None]:
    """Return what was found, and the credentials where they can be used.

    They are read as `BingxSpot.from_env` reads them; a key file that others can read is refused.
    """
    try:
        credentials = Credentials.from_env()
    except CredentialsError as problem:
        mend = (
            f"Set {API_KEY_VARIABLE} and {API_SECRET_VARIABLE}; or put "
            f'{{"apiKey": "...", "apiSecret": "..."}} into a file, chmod 600 it, '
            f"and set {KEY_FILE_VARIABLE} to its path."
        )
        return failed(CHECK, str(problem), mend), None
    if API_KEY_VARIABLE in os.environ:
        found = f"{API_KEY_VARIABLE} and {API_SECRET_VARIABLE} are set"
    else:
        found = f"{os.environ[KEY_FILE_VARIABLE]} holds both, and only you can read it"
    return passed(CHECK, found), credentials
