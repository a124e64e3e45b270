# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 1.1.0,
# SHA-256 d38ff4f4eb797831ded82fa525b1fdad89a49fb5d4b8e4a461e6c724ec3052c6,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

"""Contains endpoint functions for accessing the API"""
