#include "paper_arms.hpp"

namespace sparseann {

template struct SelfTraining<ConvAutoencoder, PerStack<MaxCover<>>, PaperLearning>;
template struct SelfTraining<NoEncoder, PerStack<EqualInterval>, PaperLearning>;
template struct SelfTraining<NoEncoder, PerStack<RandomSlices>, PaperLearning>;

} // namespace sparseann
