"""The project's networks as plain PyTorch modules, as one would write them: same layers, same names of weights."""

import torch
from torch import nn
from torch.nn import functional


class NormalisedConvolution(nn.Module):
    """BN -> ReLU -> Conv without bias."""

    def __init__(self, dimensions: int, inputs: int, outputs: int, kernel: int, stride: int = 1):
        super().__init__()
        self.norm = (nn.BatchNorm2d if dimensions == 2 else nn.BatchNorm3d)(inputs)
        convolution = nn.Conv2d if dimensions == 2 else nn.Conv3d
        self.convolution = convolution(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.convolution(functional.relu(self.norm(features), inplace=True))


class DenseBlock(nn.Module):
    def __init__(self, inputs: int, layers: int, growth: int, dropout: float):
        super().__init__()
        self.layers = nn.ModuleList(NormalisedConvolution(3, inputs + i * growth, growth, 3) for i in range(layers))
        self.dropout = dropout
        self.outputs = inputs + layers * growth

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        for layer in self.layers:
            added = functional.dropout(layer(features), self.dropout, self.training)
            features = torch.cat([features, added], 1)
        return features


class DenseEncoder(nn.Module):
    def __init__(self, inputs: int, stem: int, layers: int, growth: int, dropout: float):
        super().__init__()
        self.stem = nn.Conv3d(inputs, stem, 3, stride=2, padding=1, bias=False)
        self.block = DenseBlock(stem, layers, growth, dropout)
        self.outputs = self.block.outputs
        self.transition = NormalisedConvolution(3, self.outputs, self.outputs, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.transition(self.block(self.stem(image)))


class BilinearUpsampling(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        taps = torch.tensor([0.25, 0.75, 0.75, 0.25])
        kernel = taps.view(4, 1, 1) * taps.view(4, 1) * taps
        self.weight = nn.Parameter(kernel.expand(channels, 1, 4, 4, 4).clone())

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return functional.conv_transpose3d(features, self.weight, stride=2, padding=1, groups=self.weight.shape[0])


class AuxiliaryHead(nn.Module):
    def __init__(self, inputs: int, classes: int):
        super().__init__()
        self.convolution = nn.Conv3d(inputs, classes, 1)
        self.upsampling = BilinearUpsampling(classes)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.upsampling(self.convolution(features))


class DenseTrunk(nn.Module):
    def __init__(self, inputs: int, layers: int, growth: int, decoder: tuple[int, int], classes: int, dropout: float):
        super().__init__()
        self.dropout = dropout
        self.block = DenseBlock(inputs, layers, growth, dropout)
        self.tail = NormalisedConvolution(3, self.block.outputs, self.block.outputs, 1)
        self.up1 = nn.ConvTranspose3d(self.block.outputs, decoder[0], 4, stride=2, padding=1)
        self.up2 = nn.ConvTranspose3d(decoder[0], decoder[1], 4, stride=2, padding=1)
        self.head = nn.Conv3d(decoder[1], classes, 1)
        self.auxiliary_head = AuxiliaryHead(inputs, classes)

    def forward(self, features: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        auxiliary = self.auxiliary_head(features)
        pooled = functional.max_pool3d(functional.dropout(features, self.dropout, self.training), 2)
        deep = functional.relu(self.up1(self.tail(self.block(pooled))), inplace=True)
        return self.head(functional.relu(self.up2(deep), inplace=True)), auxiliary


class DenseVoxNet(nn.Module):
    def __init__(self, classes: int = 3, dropout: float = 0.2):
        super().__init__()
        self.encoder = DenseEncoder(1, 16, 12, 12, dropout)
        self.trunk = DenseTrunk(self.encoder.outputs, 12, 12, (128, 64), classes, dropout)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.trunk(self.encoder(image))


class YDenseVoxNet(nn.Module):
    def __init__(self, classes: int = 3, dropout: float = 0.2):
        super().__init__()
        self.image_branch = DenseEncoder(1, 16, 12, 12, dropout)
        self.pseudo_label_branch = DenseEncoder(classes, 16, 5, 12, dropout)
        outputs = self.image_branch.outputs
        self.fusion = NormalisedConvolution(3, outputs + self.pseudo_label_branch.outputs, outputs, 1)
        self.trunk = DenseTrunk(outputs, 12, 12, (128, 64), classes, dropout)

    def forward(self, image: torch.Tensor, average: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.trunk(self.fusion(torch.cat([self.image_branch(image), self.pseudo_label_branch(average)], 1)))


class ResidualBottleneck(nn.Module):
    def __init__(self, inputs: int, inner: int, outputs: int, stride: int):
        super().__init__()
        self.reduce = NormalisedConvolution(2, inputs, inner, 1)
        self.spatial = NormalisedConvolution(2, inner, inner, 3, stride)
        self.expand = NormalisedConvolution(2, inner, outputs, 1)
        if inputs != outputs or stride != 1:
            self.shortcut = nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        shortcut = self.shortcut(features) if hasattr(self, "shortcut") else features
        return shortcut + self.expand(self.spatial(self.reduce(features)))


class Fcn2dScale(nn.Module):
    def __init__(self, inputs: int, width: int, stride: int):
        super().__init__()
        self.lateral = NormalisedConvolution(2, width, 32, 1)
        self.blocks = nn.ModuleList([ResidualBottleneck(inputs, width // 2, width, stride),
                                     ResidualBottleneck(width, width // 2, width, 1)])

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        for block in self.blocks:
            features = block(features)
        return features


class Fcn2d(nn.Module):
    def __init__(self, classes: int = 3):
        super().__init__()
        widths = [32, 64, 128, 256, 512, 512]
        self.stem = nn.Conv2d(1, widths[0], 3, padding=1, bias=False)
        self.scales = nn.ModuleList(Fcn2dScale(widths[max(i - 1, 0)], width, 1 if i == 0 else 2)
                                    for i, width in enumerate(widths))
        self.merge = NormalisedConvolution(2, 32 * len(widths), 64, 3)
        self.norm = nn.BatchNorm2d(64)
        self.head = nn.Conv2d(64, classes, 1)

    def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, None]:
        features = self.stem(image)
        maps = []
        for scale in self.scales:
            features = scale(features)
            lateral = scale.lateral(features)
            maps.append(lateral if lateral.shape == image.shape[:1] + lateral.shape[1:2] + image.shape[2:] else
                        functional.interpolate(lateral, image.shape[2:], mode="bilinear"))
        return self.head(functional.relu(self.norm(self.merge(torch.cat(maps, 1))), inplace=True)), None
