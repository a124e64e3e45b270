# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 1d45026ccecf89df10843deb16fa27e7284399716149846fe99056454bdb9793,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

"""Contains methods for accessing the API"""
