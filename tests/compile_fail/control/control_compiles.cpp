// expect: anything
#include "sparseann/core/volume.hpp"
int main() {}
