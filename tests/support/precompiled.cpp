// Holds the precompiled header of the tests that need no LibTorch.
