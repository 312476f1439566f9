#pragma once

// The only place that includes LibTorch's umbrella; what is above tensor/ in the folder order compiles without it.
#include <torch/torch.h>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/OpMathType.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
