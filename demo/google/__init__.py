"""Local servers that speak as Google's APIs do, for the demo and the tests."""
