// expect: satisfaction of [^A-Za-z]*EdgeWeights<|does not satisfy 'EdgeWeights|EdgeWeights<float, .* evaluated to false
#include "sparseann/select/graph_facility_location.hpp"
#include "sparseann/select/neighbour_graph.hpp"

// One weight for all edges is no property map.
int main() { return sparseann::GraphFacilityLocation<sparseann::SimilarityGraph, float>::name.empty() ? 1 : 0; }
