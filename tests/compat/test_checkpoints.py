"""tf.train.Checkpoint: TensorFlow's own files, written by one and restored by the other."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import minitape as mt
from tests.compat import test_saving as models
from tests.compat.test_saving import array, assert_close, assert_equal
from tests.compat.test_saving_training import OPTIMIZERS, new_model, three_steps

TRAINS = {mt.keras: mt.train, keras: tf.train}
MODELS = [
    models.convnet,
    models.several_inputs_and_outputs,
    models.shared_layer,
    models.nested,
    models.model_in_sequential,
    models.layer_in_two_models,
    models.ops_between_layers,
    models.no_weights,
    models.own_layers_and_functions,
]


def restored(loading, path, **parts):
    """Restores, and checks that everything in the file and everything in the parts was met."""
    status = TRAINS[loading].Checkpoint(**parts).restore(path)
    status.assert_consumed()
    status.assert_existing_objects_matched()
    status.assert_nontrivial_match()


def zeroed(model):
    for v in model.weights:
        v.assign(np.zeros(v.shape))


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_a_model_and_its_optimizer(make, there, tmp_path):
    saving, loading = there
    model, x, y = models.trained(saving, make)
    path = TRAINS[saving].Checkpoint(model=model).save(str(tmp_path / "ck"))
    other, *_ = models.trained(loading, make)
    zeroed(other)
    restored(loading, path, model=other)
    assert_equal(other.weights, model.weights)
    assert_close(models.outputs(other, x), models.outputs(model, x))
    if y is not None:
        assert_equal(other.optimizer.variables, model.optimizer.variables)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_goes_on_with_every_optimizer(name, there, tmp_path):
    """The optimizer gets its state when it is built, at its first step."""
    saving, loading = there

    def optimizer(library):
        return getattr(library.optimizers, name)(0.01)

    model = new_model(saving, optimizer)
    three_steps(model)
    parts = dict(model=model, optimizer=model.optimizer)
    path = TRAINS[saving].Checkpoint(**parts).save(str(tmp_path / "ck"))
    other = new_model(loading, optimizer)
    status = TRAINS[loading].Checkpoint(model=other, optimizer=other.optimizer).restore(path)
    for one in (model, other):
        three_steps(one)
    status.assert_consumed()
    assert_close([v.numpy() for v in other.weights], [v.numpy() for v in model.weights])
    assert int(np.asarray(other.optimizer.iterations)) == 6


def build_layer(library, name):
    new = library.layers
    made = {
        "BatchNormalization": lambda: (new.BatchNormalization(), (4,)),
        "Conv1D": lambda: (new.Conv1D(2, 3), (8, 2)),
        "Conv1DTranspose": lambda: (new.Conv1DTranspose(2, 3), (8, 2)),
        "Conv2D": lambda: (new.Conv2D(2, 3), (8, 8, 2)),
        "Conv2DTranspose": lambda: (new.Conv2DTranspose(2, 3), (8, 8, 2)),
        "Conv3D": lambda: (new.Conv3D(2, 3), (8, 8, 8, 2)),
        "Conv3DTranspose": lambda: (new.Conv3DTranspose(2, 3), (8, 8, 8, 2)),
        "Dense": lambda: (new.Dense(2), (4,)),
        "DepthwiseConv1D": lambda: (new.DepthwiseConv1D(3), (8, 2)),
        "DepthwiseConv2D": lambda: (new.DepthwiseConv2D(3), (8, 8, 2)),
        "Embedding": lambda: (new.Embedding(5, 2), (3,)),
        "GroupNormalization": lambda: (new.GroupNormalization(2), (4,)),
        "LayerNormalization": lambda: (new.LayerNormalization(), (4,)),
        "Normalization": lambda: (new.Normalization(), (4,)),
        "PReLU": lambda: (new.PReLU(), (4,)),
        "RMSNormalization": lambda: (new.RMSNormalization(), (4,)),
        "SeparableConv1D": lambda: (new.SeparableConv1D(2, 3), (8, 2)),
        "SeparableConv2D": lambda: (new.SeparableConv2D(2, 3), (8, 8, 2)),
        "SpectralNormalization": lambda: (new.SpectralNormalization(new.Dense(2)), (4,)),
        "TimeDistributed": lambda: (new.TimeDistributed(new.Dense(2)), (3, 4)),
    }
    layer, shape = made[name]()
    layer.build((None, *shape))
    return layer


LAYERS = [
    "BatchNormalization", "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D",
    "Conv3DTranspose", "Dense", "DepthwiseConv1D", "DepthwiseConv2D", "Embedding",
    "GroupNormalization", "LayerNormalization", "Normalization", "PReLU", "RMSNormalization",
    "SeparableConv1D", "SeparableConv2D", "SpectralNormalization", "TimeDistributed",
]  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_with_weights(name, there, tmp_path):
    saving, loading = there
    layer, other = (build_layer(library, name) for library in (saving, loading))
    path = TRAINS[saving].Checkpoint(layer=layer).save(str(tmp_path / "ck"))
    zeroed(other)
    restored(loading, path, layer=other)
    assert_equal(other.weights, layer.weights)
    assert len(layer.weights)


def net(library):
    new, variable = library.layers, mt.Variable if library is mt.keras else tf.Variable

    class Inner(new.Layer):
        def build(self, shape):
            self.made_in_build = new.Dense(2)
            self.made_in_build.build(shape)
            self.factor = self.add_weight(shape=(), initializer="ones", name="factor")

        def call(self, x):
            return self.made_in_build(x) * self.factor

    class Net(library.Model):
        def __init__(self):
            super().__init__()
            self.first, self.inner = new.Dense(4, name="one"), Inner()
            self.pair = (new.Dense(3), new.Dense(2))
            self.count = variable(3)

        def call(self, x):
            return self.inner(self.pair[1](self.pair[0](self.first(x))))

    return Net()


def test_a_subclassed_model(there, tmp_path):
    saving, loading = there
    saving.utils.set_random_seed(3)
    model, other = net(saving), net(loading)
    x = array(2, 3)
    model(x), other(x)
    model.count.assign(7)
    path = TRAINS[saving].Checkpoint(model=model).save(str(tmp_path / "ck"))
    restored(loading, path, model=other)
    assert_close(np.asarray(other(x)), np.asarray(model(x)))
    assert int(other.count) == 7


def test_a_subclassed_model_that_is_not_built_yet(tmp_path):
    """Keras has forgotten the values when it builds such a model; minitape has not."""
    model, other, x = net(keras), net(mt.keras), array(2, 3)
    model(x)
    path = tf.train.Checkpoint(model=model).save(str(tmp_path / "ck"))
    status = mt.train.Checkpoint(model=other).restore(path)
    with pytest.raises(AssertionError, match=r"no object took.*model/first/_kernel"):
        status.assert_consumed()
    status.assert_existing_objects_matched()
    assert_close(np.asarray(other(x)), np.asarray(model(x)))
    status.assert_consumed()


def test_lists_and_dicts_of_layers(tmp_path):
    """Keras forgets them. minitape's files have them, and TensorFlow passes over what it lacks."""

    def listed(library):
        new = library.layers

        class Listed(library.Model):
            def __init__(self):
                super().__init__()
                self.blocks, self.last = [new.Dense(3), {"a": new.Dense(2)}], new.Dense(2)

            def call(self, x):
                return self.last(self.blocks[1]["a"](self.blocks[0](x)))

        model = Listed()
        model(array(2, 3))
        return model

    ours, again, theirs = listed(mt.keras), listed(mt.keras), listed(keras)
    path = mt.train.Checkpoint(model=ours).save(tmp_path / "ours")
    restored(mt.keras, path, model=again)
    assert_equal(again.weights, ours.weights)
    tf.train.Checkpoint(model=theirs).restore(path).assert_existing_objects_matched()
    assert_equal(theirs.last.weights, ours.last.weights)
    path = tf.train.Checkpoint(model=theirs).save(str(tmp_path / "theirs"))
    status = mt.train.Checkpoint(model=ours).restore(path)
    assert_equal(theirs.last.weights, ours.last.weights)
    with pytest.raises(AssertionError, match=r"'model/blocks/0/_kernel'"):
        status.assert_existing_objects_matched()


DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16",
          "uint32", "uint64", "bool", "complex64", "complex128"]  # fmt: skip


def variables(library, change=0):
    rng = np.random.default_rng(change)
    made = {
        dtype: library.Variable(rng.integers(0, 2 + change, (2, 3)).astype(dtype))
        for dtype in DTYPES
    }
    made["nan"] = library.Variable([np.nan, -np.inf, -0.0, 5e-324 + change], dtype="float64")
    made["empty"] = library.Variable(np.zeros((0, 3), "float32"))
    return made


@pytest.mark.parametrize(("saving", "loading"), [(mt, tf), (tf, mt)], ids=["to TF", "to minitape"])
def test_variables_of_every_type(saving, loading, tmp_path):
    """Also lists, dicts and Checkpoints of them, and names with dots and slashes."""

    def checkpoint(library, change):
        made = variables(library, change)
        inner = library.train.Checkpoint(v=made["bool"], l=[made["int8"], made["nan"]])
        parts = {"d": {"a.b/c": made["uint8"]}, "t": (made["int16"],), "inner": inner}
        return library.train.Checkpoint(**made, **parts), made

    one, given = checkpoint(saving, 5)
    two, got = checkpoint(loading, 0)
    status = two.restore(one.save(str(tmp_path / "ck")))
    status.assert_consumed()
    for name, v in given.items():
        np.testing.assert_array_equal(got[name].numpy(), v.numpy())
        assert got[name].numpy().tobytes() == v.numpy().tobytes()


@pytest.mark.parametrize(("saving", "loading"), [(mt, tf), (tf, mt)], ids=["to TF", "to minitape"])
def test_a_module(saving, loading, tmp_path):
    """Its own variables, those of a module and a layer in it, and in lists; not what is no part."""

    def module(library, number):
        class Inner(library.Module):
            def __init__(self):
                super().__init__()
                self.v = library.Variable([number, 2.0])

        class Outer(library.Module):
            def __init__(self):
                super().__init__(name="outer")
                self.rate = 0.5
                self.w = library.Variable(number)
                self.inner, self.row = Inner(), [Inner(), Inner()]
                self.dense = library.keras.layers.Dense(2, bias_initializer="ones")
                self.dense.build((None, 3))

        return Outer()

    one, two = module(saving, 5.0), module(loading, 0.0)
    path = saving.train.Checkpoint(module=one).save(str(tmp_path / "ck"))
    status = loading.train.Checkpoint(module=two).restore(path)
    status.assert_consumed()
    status.assert_existing_objects_matched()
    assert float(two.w) == 5.0
    assert [float(part.v[0]) for part in (two.inner, *two.row)] == [5.0] * 3
    assert_equal(two.dense.weights, one.dense.weights)


@pytest.mark.parametrize(("saving", "loading"), [(mt, tf), (tf, mt)], ids=["to TF", "to minitape"])
def test_many_names_and_lengths(saving, loading, tmp_path):
    """A table of several blocks; lengths that take each way to the checksum."""
    rng = np.random.default_rng(0)
    lengths = [0, 1, 2, 3, 255, 256, 257, 70_001, 1 << 20, *range(200)]
    values = {
        "".join(map(chr, rng.integers(97, 123, 2000))): rng.standard_normal(n).astype("float32")
        for n in lengths
    }

    def checkpoint(library, change):
        made = {name: library.Variable(change(value)) for name, value in values.items()}
        return library.train.Checkpoint(d=made), made

    path = checkpoint(saving, np.copy)[0].save(str(tmp_path / "ck"))
    other, made = checkpoint(loading, np.zeros_like)
    other.restore(path).assert_consumed()
    for name, value in values.items():
        np.testing.assert_array_equal(made[name].numpy(), value)


def test_a_root_and_its_parts(there, tmp_path):
    saving, loading = there
    model, other = (models.dense_stack(library)[0] for library in there)
    numbers = {mt.keras: mt.Variable, keras: tf.Variable}
    n, m = numbers[saving](5), numbers[loading](0)
    path = TRAINS[saving].Checkpoint(model, n=n).write(str(tmp_path / "weights"))
    TRAINS[loading].Checkpoint(other, n=m).read(path).assert_consumed()
    assert_equal(other.weights, model.weights)
    assert int(m) == 5


def test_a_loop_of_ones_own_goes_on(there, tmp_path):
    """Two models and two optimizers, as of a GAN."""

    def parts(library):
        library.utils.set_random_seed(1)
        new = library.layers
        return {
            "generator": library.Sequential([library.Input((2,)), new.Dense(3, "tanh")]),
            "discriminator": library.Sequential([library.Input((3,)), new.Dense(1)]),
            "generator_optimizer": library.optimizers.Adam(1e-2),
            "discriminator_optimizer": library.optimizers.RMSprop(1e-2),
        }

    def steps(library, parts, count):
        tape_of = mt.GradientTape if library is mt.keras else tf.GradientTape
        ops = mt if library is mt.keras else tf
        for i in range(count):
            for name in ("generator", "discriminator"):
                weights = parts[name].trainable_variables
                with tape_of() as tape:
                    y = parts["discriminator"](parts["generator"](array(4, 2, seed=i)))
                    loss = ops.reduce_mean((y - 1.0) ** 2)
                gradients = tape.gradient(loss, weights)
                parts[f"{name}_optimizer"].apply_gradients(zip(gradients, weights, strict=True))

    saving, loading = there
    one, two = parts(saving), parts(loading)
    steps(saving, one, 5)
    path = TRAINS[saving].Checkpoint(**one).save(str(tmp_path / "ck"))
    status = TRAINS[loading].Checkpoint(**two).restore(path)
    steps(saving, one, 5)
    steps(loading, two, 5)
    status.assert_consumed()
    for name in ("generator", "discriminator"):
        assert_close([v.numpy() for v in two[name].weights], [v.numpy() for v in one[name].weights])


def test_what_is_in_a_file(tmp_path):
    """load_checkpoint, list_variables and load_variable say the same of the same file."""
    model, *_ = models.dense_stack(mt.keras)
    for path in (
        mt.train.Checkpoint(model=model, v=mt.Variable([1, 2])).save(tmp_path / "ours"),
        tf.train.Checkpoint(v=tf.Variable([1, 2])).save(str(tmp_path / "theirs")),
    ):
        assert mt.train.list_variables(path) == tf.train.list_variables(path)
        ours, theirs = mt.train.load_checkpoint(path), tf.train.load_checkpoint(path)
        assert ours.get_variable_to_shape_map() == theirs.get_variable_to_shape_map()
        types = {k: v.name for k, v in ours.get_variable_to_dtype_map().items()}
        assert types == {k: v.name for k, v in theirs.get_variable_to_dtype_map().items()}
        for name in types:
            np.testing.assert_array_equal(ours.get_tensor(name), theirs.get_tensor(name))
        name = "v/.ATTRIBUTES/VARIABLE_VALUE"
        assert ours.has_tensor(name)
        assert mt.train.load_variable(path, name).tolist() == [1, 2]
        for library, reader in ((mt, ours), (tf, theirs)):
            with pytest.raises(library.errors.NotFoundError, match="Key x not found in checkpoint"):
                reader.get_tensor("x")
    assert mt.train.list_variables(tmp_path) == tf.train.list_variables(str(tmp_path))


def test_errors_are_of_the_same_types(tmp_path):
    for library in (mt, tf):
        errors, train = library.errors, library.train
        path = train.Checkpoint(v=library.Variable([1.5, 2.0])).save(str(tmp_path / "ck"))

        def restore(value, library=library, path=path, **settings):
            variable = library.Variable(value, **settings)
            library.train.Checkpoint(v=variable).restore(path)

        with pytest.raises(ValueError, match=r"\(2,\)"):
            restore([1.0, 2.0, 3.0])
        with pytest.raises(errors.InvalidArgumentError, match="expected"):
            restore([1.0, 2.0], dtype="float64")
        with pytest.raises(errors.InvalidArgumentError, match="expected"):
            restore([1, 2])
        with pytest.raises(errors.NotFoundError, match="nothing-1"):
            train.Checkpoint().restore(str(tmp_path / "nothing-1"))
        data = tmp_path / "ck-1.data-00000-of-00001"
        number = np.float32(1.5).tobytes()
        assert number in data.read_bytes()
        data.write_bytes(data.read_bytes().replace(number, bytes(4)))
        with pytest.raises(errors.DataLossError, match=r"(?i)checksum"):
            restore([1.0, 2.0])
        for file in tmp_path.iterdir():
            file.unlink()


def test_files_written_twice(tmp_path):
    """The second ones take the place of the first at a stroke, under another number."""
    v, w = mt.Variable([1.0]), tf.Variable([0.0])
    for n in range(4):
        v.assign([n])
        path = mt.train.Checkpoint(v=v).write(tmp_path / "ck")
        tf.train.Checkpoint(v=w).read(str(path)).assert_consumed()
        assert w.numpy() == [n]
        number = n % 2
        assert sorted(one.name for one in tmp_path.iterdir()) == [
            f"ck.data-0000{number}-of-0000{number + 1}",
            "ck.index",
        ]
