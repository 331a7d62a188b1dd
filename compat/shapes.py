"""What TensorShape answers: expressions of S = tf.TensorShape, with the text of their results."""

from .programs import SAME, Programs, Raises

SHAPES = Programs()


def answers(expression: str, ours, theirs=SAME):
    """Adds an expression; its outcome is what repr makes of it, or an error."""

    def run(tf):
        return repr(eval(expression, {"S": tf.TensorShape, "tf": tf}))

    SHAPES.add(expression.replace(" ", ""), ours, theirs)(run)


def refuses(expression: str, error: str, message: str = ".*"):
    """Adds an expression that raises this error."""
    answers(expression, Raises(error, message))


# -- making ----------------------------------------------------------------------------------------

answers("S([2, 3])", "TensorShape([2, 3])")
answers("S((2, None))", "TensorShape([2, None])")
answers("S(3)", "TensorShape([3])")
answers("S([])", "TensorShape([])")
answers("S(None)", "TensorShape(None)")
answers("S(S([2]))", "TensorShape([2])")
answers("S(tf.constant([2, 3]))", "TensorShape([2, 3])")
answers("S([tf.constant(2), None])", "TensorShape([2, None])")
answers("S(S([2, None]).dims)", "TensorShape([2, None])")
refuses("S([-1])", "ValueError", "must be >= 0")
refuses("S([2.0])", "TypeError")
refuses("S('ab')", "TypeError")

# -- asking ----------------------------------------------------------------------------------------

answers("S([2, 3]).rank", "2")
answers("S([2, 3]).ndims", "2")
answers("S(None).rank", "None")
answers("S(None).ndims", "None")
answers("S([2, None]).as_list()", "[2, None]")
refuses("S(None).as_list()", "ValueError", "as_list")
answers("S([2, 3]).num_elements()", "6")
answers("S([]).num_elements()", "1")
answers("S([2, None]).num_elements()", "None")
answers("S(None).num_elements()", "None")
answers("S([2, 3]).is_fully_defined()", "True")
answers("S([2, None]).is_fully_defined()", "False")
answers("S(None).is_fully_defined()", "False")
answers("S([2, None]).dims", "[Dimension(2), Dimension(None)]")
answers("S([2, None]).dims[0].value", "2")
answers("S([2, None]).dims[1].value", "None")
answers("int(S([2]).dims[0])", "2")
answers("S([2]).dims[0] == 2", "True")
answers("S([None]).dims[0] == 2", "None")
answers("str(S([2, None]).dims[1])", "'?'")
answers("S(None).dims", "None")

# -- as a sequence ---------------------------------------------------------------------------------

answers("len(S([2, 3]))", "2")
refuses("len(S(None))", "ValueError", "length of shape with unknown rank")
answers("list(S([2, None]))", "[2, None]")
refuses("list(S(None))", "ValueError", "iterate over a shape with unknown rank")
answers("S([2, 3])[-1]", "3")
refuses("S([2, 3])[2]", "IndexError")
answers("S([2, 3, 4])[1:]", "TensorShape([3, 4])")
answers("S([2, 3, 4])[::2]", "TensorShape([2, 4])")
answers("S(None)[0]", "None")
answers("S(None)[1:]", "TensorShape(None)")
answers("S(None)[1:3]", "TensorShape([None, None])")
answers("S(None)[:-1]", "TensorShape(None)")
answers("bool(S([]))", "True")
answers("bool(S([0]))", "True")
answers("bool(S(None))", "False")
answers("2 in S([2, 3])", "True")
answers("S([2]) + [3]", "TensorShape([2, 3])")
answers("S([2]) + (None,)", "TensorShape([2, None])")
answers("S([2]) + S([3])", "TensorShape([2, 3])")
answers("S([2]) + 3", "TensorShape([2, 3])")
answers("S([2]) + None", "TensorShape(None)")
answers("[3] + S([2])", "TensorShape([3, 2])")
answers("(3,) + S([2])", "TensorShape([3, 2])")
answers("S([2]).concatenate([3])", "TensorShape([2, 3])")
answers("S([2]).concatenate(None)", "TensorShape(None)")
answers("str(S([2, None]))", "'(2, None)'")
answers("str(S([2]))", "'(2,)'")
answers("str(S(None))", "'<unknown>'")

# -- equal -----------------------------------------------------------------------------------------

answers("S([2, None]) == [2, None]", "True")
answers("S([2, None]) == (2, None)", "True")
answers("S([2, None]) == S([2, 3])", "False")
answers("S([2]) == 2", "True")
answers("S([2]) != [2]", "False")
answers("S([2]) == 'a'", "False")
answers("S([2]) != 'a'", "True")
answers("S([2]) == None", "False")
answers("S(None) == None", "True")
answers("S(None) == S(None)", "True")
answers("S(None) == []", "False")
answers("S([]) == S(None)", "False")
answers("S(None) != S([])", "True")
answers("(2, 3) == S([2, 3])", "True")
answers("[2, 3] == S([2, 3])", "True")
answers("{S([2]): 1, S(None): 2}[S([2])]", "1")

# -- two shapes ------------------------------------------------------------------------------------

answers("S([2, 3]).is_compatible_with([None, 3])", "True")
answers("S([2, 3]).is_compatible_with([2, 4])", "False")
answers("S([2, 3]).is_compatible_with([2])", "False")
answers("S([2, 3]).is_compatible_with(None)", "True")
answers("S(None).is_compatible_with([2])", "True")
answers("S([None, 3]).merge_with([2, None])", "TensorShape([2, 3])")
answers("S([None, 3]).merge_with(None)", "TensorShape([None, 3])")
answers("S(None).merge_with([2])", "TensorShape([2])")
refuses("S([2, 3]).merge_with([2, 4])", "ValueError", r"\(2, 3\) and \(2, 4\)")
refuses("S([2, 3]).merge_with([2])", "ValueError", r"\(2, 3\) and \(2,\)")
answers("S([2, 3]).most_specific_compatible_shape([2, 4])", "TensorShape([2, None])")
answers("S([2, 3]).most_specific_compatible_shape([2])", "TensorShape(None)")
answers("S([2, 3]).most_specific_compatible_shape(None)", "TensorShape(None)")
answers("S([2, 3]).is_subtype_of(S([2, None]))", "True")
answers("S([2, None]).is_subtype_of(S([2, 3]))", "False")
answers("S([2]).is_subtype_of(S(None))", "True")
answers("S(None).is_subtype_of(S([2]))", "False")

# -- assertions ------------------------------------------------------------------------------------

answers("S([2, 3]).assert_has_rank(2)", "None")
answers("S(None).assert_has_rank(2)", "None")
refuses("S([2, 3]).assert_has_rank(3)", "ValueError", r"\(2, 3\) must have rank 3")
answers("S([2, 3]).assert_same_rank([4, 5])", "None")
answers("S([2, 3]).assert_same_rank(None)", "None")
refuses("S([2, 3]).assert_same_rank([1])", "ValueError", "must have the same rank")
answers("S([2, 3]).assert_is_compatible_with([2, None])", "None")
refuses("S([2, 3]).assert_is_compatible_with([2, 4])", "ValueError", "are incompatible")
answers("S([2, 3]).assert_is_fully_defined()", "None")
refuses("S([2, None]).assert_is_fully_defined()", "ValueError", "is not fully defined")
refuses("S(None).assert_is_fully_defined()", "ValueError", "<unknown> is not fully defined")
answers("S([2, 3]).with_rank(2)", "TensorShape([2, 3])")
answers("S(None).with_rank(2)", "TensorShape([None, None])")
refuses("S([2, 3]).with_rank(3)", "ValueError", "must have rank 3")
answers("S([2, 3]).with_rank_at_least(2)", "TensorShape([2, 3])")
answers("S(None).with_rank_at_least(2)", "TensorShape(None)")
refuses("S([2, 3]).with_rank_at_least(3)", "ValueError", "must have rank at least 3")
answers("S([2, 3]).with_rank_at_most(2)", "TensorShape([2, 3])")
answers("S(None).with_rank_at_most(2)", "TensorShape(None)")
refuses("S([2, 3]).with_rank_at_most(1)", "ValueError", "must have rank at most 1")

# -- beside tensors --------------------------------------------------------------------------------

answers("tf.zeros((2, 3)).shape", "TensorShape([2, 3])")
answers("tf.zeros((2, 3)).get_shape()", "TensorShape([2, 3])")
answers("tf.zeros((2, 3)).set_shape([2, None])", "None")
refuses("tf.zeros((2, 3)).set_shape([3, 3])", "ValueError", "not compatible")
answers("tf.zeros(S([2]) + [1]).shape", "TensorShape([2, 1])")
answers("tf.constant(S([2, 3])).numpy().tolist()", "[2, 3]")
answers("tf.convert_to_tensor(S([])).dtype.name", "'int32'")
refuses("tf.convert_to_tensor(S([2, None]))", "ValueError", "partially known TensorShape")
# TensorFlow's is no tuple.
answers("isinstance(S([2]), tuple)", "True", theirs="False")
