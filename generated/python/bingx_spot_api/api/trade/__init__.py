# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 1.0.0,
# SHA-256 7a7c4994fe51f292b3acfd9b83dbef4a1e0f8a04f50842e04320ade3e532639a,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

"""Contains endpoint functions for accessing the API"""
