"""Local servers that behave like Google's APIs, for the demo and the tests."""
