# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 15f089f483244ec0c89cd148ffc90cc4f29212bdfb24afe1eed6619d89b6db23,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

"""Contains methods for accessing the API"""
