# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 095c68279ec5c0c0ec7652aa77b8e90686271cac04079e6633e584567c9de0a2,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

"""Contains methods for accessing the API"""
