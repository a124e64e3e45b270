# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 c5bc3e074c4a24ca101294b5f0d8cf21a171b9def1939174267f3fa904600cc8,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

"""Contains methods for accessing the API"""
