"""What Keras has in the namespaces of `wing.KINDS`, and minitape doesn't: by reason.

`python -m compat wing` prints it on the page docs/keras.md. A test sees to it that every public
name of Keras' is either in minitape or here, and none in both.
"""


def _in(space: str, names: str) -> list[str]:
    return [f"{space}.{name}" for name in names.split()]


LEFT_OUT: dict[str, list[str]] = {
    "recurrent layers": [
        *_in("layers", "RNN SimpleRNN SimpleRNNCell GRU GRUCell LSTM LSTMCell StackedRNNCells"),
        *_in("layers", "Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D"),
    ],
    "attention, and what is used beside it": [
        *_in("layers", "AdditiveAttention Attention GroupQueryAttention MultiHeadAttention"),
        *_in("layers", "EinsumDense ReversibleEmbedding"),
    ],
    "masks: minitape passes none from layer to layer": _in("layers", "Masking"),
    "texts, categories and tables of them: work for tf.data's `map`, without derivatives": [
        *_in("layers", "CategoryEncoding Discretization HashedCrossing Hashing IntegerLookup"),
        *_in("layers", "StringLookup TextVectorization"),
    ],
    "sounds": _in("layers", "MelSpectrogram STFTSpectrogram"),
    "windows of Fourier transforms, which are SciPy's": _in(
        "initializers", "STFT STFTInitializer stft"
    ),
    "images changed at random, cut and scaled: work for tf.data's `map`, without derivatives": [
        *_in("layers", "AugMix AutoContrast CenterCrop CutMix Equalization MixUp Pipeline"),
        *_in("layers", "ContrastLimitedAdaptiveHistogramEqualization MaxNumBoundingBoxes"),
        *_in("layers", "RandAugment RandomBrightness RandomColorDegeneration RandomColorJitter"),
        *_in("layers", "RandomContrast RandomCrop RandomElasticTransform RandomErasing RandomFlip"),
        *_in("layers", "RandomGaussianBlur RandomGrayscale RandomHue RandomInvert"),
        *_in("layers", "RandomPerspective RandomPosterization RandomRotation RandomSaturation"),
        *_in("layers", "RandomSharpness RandomShear RandomTranslation RandomZoom Resizing"),
        *_in("layers", "Solarization"),
    ],
    "pooling into a given number of windows": [
        *_in("layers", "AdaptiveAveragePooling1D AdaptiveAveragePooling2D"),
        *_in("layers", "AdaptiveAveragePooling3D AdaptiveMaxPooling1D AdaptiveMaxPooling2D"),
        *_in("layers", "AdaptiveMaxPooling3D"),
    ],
    "modules of other libraries": _in("layers", "FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper"),
    "connectionist temporal classification": _in("losses", "CTC ctc"),
    "mixed precision": _in("optimizers", "LossScaleOptimizer"),
    "optimizers that came with the last releases of Keras": _in(
        "optimizers", "Muon ScheduleFreeAdamW"
    ),
    "several optimizers in one model": _in("optimizers", "MultiOptimizer OptimizerMap"),
    "Keras 2's, some of which only tf.keras still has": [
        *_in("layers", "RandomHeight RandomWidth ThresholdedReLU"),
        *_in("losses", "Reduction"),
        *_in("optimizers", "legacy"),
    ],
}
