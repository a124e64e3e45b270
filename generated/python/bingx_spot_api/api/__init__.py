# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 1.1.0,
# SHA-256 a19c456661d9725d07473622251683811119afa53cc78ef402f871044a77408c,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

"""Contains methods for accessing the API"""
