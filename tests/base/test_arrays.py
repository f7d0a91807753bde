"""What stands for NumPy's own."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from holdfast.base.arrays import distinct


@given(
    arrays(st.sampled_from([np.int64, np.uint64, np.int8]), array_shapes(max_dims=1, min_side=0))
)
def test_values_are_distinct_and_in_order_as_numpys(values: np.ndarray) -> None:
    before = values.copy()
    assert distinct(values).tolist() == np.unique(values).tolist()
    assert values.tolist() == before.tolist()
    assert distinct(values).dtype == values.dtype
