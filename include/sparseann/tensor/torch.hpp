#pragma once

// The only place that includes LibTorch; what is above tensor/ in the folder order compiles without it.
#include <torch/torch.h>
