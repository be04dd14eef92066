"""The small model's two sides in torch: pictures of sound, and rows of word numbers, to vectors of one space.

Imported only where torch is wanted: by the adapter when it loads, and by the training.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from dam.engines.sounds.mel import MELS
from dam.engines.sounds.small_words import PAD

DIMENSIONS = 128
_CHANNELS = (24, 48, 96, 160)
_WORD_WIDTH = 128


class SmallClap(nn.Module):
    """A convolutional side for sound and a one-layer transformer for words, with a learnt scale and bias."""

    def __init__(self, words: int) -> None:
        super().__init__()
        first, second, third, fourth = _CHANNELS
        self.sound = nn.Sequential(
            _Convolution(1, first, 2),
            _Convolution(first, second, 2),
            _Convolution(second, third, 2),
            _Residual(third),
            _Convolution(third, fourth, 2),
            _Residual(fourth),
        )
        high = MELS // 16
        self.sound_out = nn.Sequential(
            nn.Linear(fourth * high * 2, 256), nn.GELU(), nn.Dropout(0.1), nn.Linear(256, DIMENSIONS)
        )
        self.words = nn.Embedding(words, _WORD_WIDTH, padding_idx=PAD)
        self.reader = nn.TransformerEncoderLayer(
            _WORD_WIDTH, 4, 256, dropout=0.1, activation="gelu", batch_first=True, norm_first=True
        )
        self.words_out = nn.Linear(_WORD_WIDTH, DIMENSIONS)
        self.logit_scale = nn.Parameter(torch.tensor(2.77))  # ln 16
        self.logit_bias = nn.Parameter(torch.tensor(-5.0))

    def hear(self, pictures: Tensor) -> Tensor:
        """(n, frames, 64) to (n, 128) of length 1."""
        seen = self.sound(pictures[:, None])
        rows = seen.permute(0, 2, 1, 3).flatten(2)  # (n, frames / 16, channels × bands)
        pooled = torch.cat([rows.mean(dim=1), rows.amax(dim=1)], dim=1)
        return functional.normalize(self.sound_out(pooled).float(), dim=-1)

    def read(self, rows: Tensor) -> Tensor:
        """(n, words) numbers to (n, 128) of length 1."""
        empty = rows == PAD
        told = self.reader(self.words(rows), src_key_padding_mask=empty)
        kept = (~empty).unsqueeze(-1).float()
        mean = (told * kept).sum(dim=1) / kept.sum(dim=1).clamp(min=1)
        return functional.normalize(self.words_out(mean).float(), dim=-1)


class _Convolution(nn.Sequential):
    def __init__(self, into: int, out: int, stride: int) -> None:
        super().__init__(
            nn.Conv2d(into, out, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(out), nn.ReLU(inplace=True)
        )


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = _Convolution(channels, channels, 1)

    def forward(self, seen: Tensor) -> Tensor:
        """Add what one convolution finds."""
        added: Tensor = seen + self.inner(seen)
        return added
