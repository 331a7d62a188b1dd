"""Bessel functions of orders 0 and 1 on raw float64 arrays.

Each is a Chebyshev series near 0 and another one far from it, in a variable from -1 to 1, of what
is left when the growth or decay or oscillation is divided out. The series were computed with forty
digits; they are kept as polynomials, highest power first.
"""

import math
from typing import Any

from .erf import polynomial
from .gamma import in_float64
from .module import array_module

# exp(-x) i0(x) for 0 <= x <= 8, in x / 4 - 1.
_I0_NEAR = (
    3.0436167668662855e-10, -1.1852342482684723e-09, 2.187804152362026e-09,
    -7.723094556846333e-09, 3.39695180931004e-08, -1.1384114641747256e-07, 3.5212842626130005e-07,
    -1.0883393970072518e-06, 3.2498478284328534e-06, -9.251680584432654e-06,
    2.5183377189964778e-05, -6.550861389620851e-05, 0.00016241792341840366,
    -0.00038290209550065975, 0.0008563093345358882, -0.001811886793937724, 0.003617128473996364,
    -0.0067923998730731695, 0.011960077419502311, -0.01968265469059234, 0.0301779121034198,
    -0.04298594945479612, 0.056777032011256987, -0.06954119561719381, 0.07927522590772476,
    -0.08496338091616305, 0.08734341617550408, -0.08904344136075962, 0.09451562853995128,
    -0.11300432688620549, 0.2070019212239867,
)  # fmt: skip
# sqrt(x) exp(-x) i0(x) for x >= 8, in 16 / x - 1.
_I0_FAR = (
    4.005227764863093e-11, 1.6645473602872717e-11, -3.2101612042213113e-10,
    -1.2429481430536811e-10, 1.2061857017231527e-09, 4.388861044991905e-10,
    -2.871865993820918e-09, -1.0267340552488217e-09, 4.9905012775902334e-09,
    1.983359036878627e-09, -6.93899627720982e-09, -3.82099512308995e-09, 7.92317806979789e-09,
    7.697662019062485e-09, -5.573331421610012e-09, -1.3453822931523271e-08,
    -6.709029656225637e-09, 7.56377201554603e-09, 2.1542697342456025e-08, 3.9324708328742363e-08,
    8.87226944343699e-08, 2.9735993830791437e-07, 1.4838475432345007e-06, 1.1143033788352455e-05,
    0.00013621607439233397, 0.0033605519836678865, 0.4021765094450081,
)  # fmt: skip
# The same of i1(x) / x ...
_I1_NEAR = (
    -9.506861180736366e-11, 3.7284532079392345e-10, -7.277033556073836e-10, 2.603206542331157e-09,
    -1.1224475126135595e-08, 3.802984785138283e-08, -1.1993980285486188e-07,
    3.759367306404118e-07, -1.1381566323785447e-06, 3.293899139003749e-06, -9.131775730568571e-06,
    2.4233753149624307e-05, -6.142655719704761e-05, 0.0001484212433475852,
    -0.00034117472445271377, 0.0007445123445061157, -0.0015388749696724586, 0.0030057624197775295,
    -0.00553456775924123, 0.009583962150731578, -0.015571309256763564, 0.023686016957729535,
    -0.03367135551992323, 0.04467457262125467, -0.055280039227051464, 0.06376740371340721,
    -0.06848260620582547, 0.0680575999095116, -0.06112433802966629, 0.044687709875608835,
)  # fmt: skip
# ... and of i1(x).
_I1_FAR = (
    -4.1681089783384256e-11, -1.5626599071977848e-11, 3.339867355634982e-10,
    1.161813630287145e-10, -1.2547972491973786e-09, -4.086984233473255e-10,
    2.9887350377570034e-09, 9.568523624905203e-10, -5.2022217601823894e-09,
    -1.8736450470066097e-09, 7.268242563538968e-09, 3.7219797447255018e-09,
    -8.401102179738338e-09, -7.778592763970399e-09, 6.14985231157688e-09, 1.4076395500755014e-08,
    6.694265612407784e-09, -8.436290430234562e-09, -2.3368016560658254e-08,
    -4.312811174972107e-08, -1.0001340021780371e-07, -3.4838565069237384e-07,
    -1.8349101091858603e-06, -1.503854719814553e-05, -0.00021923576383430914,
    -0.00974957719323576, 0.38939845902587233,
)  # fmt: skip
# k0(x) + log(x / 2) i0(x) for 0 < x <= 2, in x**2 / 2 - 1.
_K0_NEAR = (
    1.8282990225962873e-16, 3.518631515854722e-14, 5.452107588016936e-12, 6.623013272794453e-10,
    6.093361934166155e-08, 4.054506619949891e-06, 0.00018280555827901256, 0.005053392643196092,
    0.07177701034240512, 0.3404973210133806, -0.30362077291575545,
)  # fmt: skip
# sqrt(x) exp(x) k0(x) for x >= 2, in 4 / x - 1.
_K0_FAR = (
    -2.907778759714522e-11, 4.4463261136368365e-11, 1.1263163372545191e-10,
    -1.5750973144552285e-10, -2.7839866456683264e-10, 3.883027499295913e-10,
    2.409906100028713e-10, -2.426111314423373e-10, -6.304229346998433e-10, 1.0573777917720047e-09,
    -1.3806246402870368e-09, 3.170629957994259e-09, -7.539817679119423e-09, 1.731622598181986e-08,
    -4.126078580596855e-08, 1.0287980689458582e-07, -2.6892248671184386e-07,
    7.427932208028755e-07, -2.1911758052676744e-06, 7.002244287487694e-06, -2.473520470025926e-05,
    9.956054749305854e-05, -0.00047976905676172516, 0.003032891810273794, -0.03107146182488956,
    1.2185953385133905,
)  # fmt: skip
# x (k1(x) - log(x / 2) i1(x)) for 0 < x <= 2.
_K1_NEAR = (
    -3.5962181014457795e-15, -6.214271617329577e-13, -8.53273511404978e-11,
    -9.032127501740678e-09, -7.081133770184678e-07, -3.891869064371633e-05,
    -0.0013831688466153064, -0.02785423521977184, -0.24383852886774365, -0.3322409552403131,
    0.8850882877295894,
)  # fmt: skip
# sqrt(x) exp(x) k1(x) for x >= 2.
_K1_FAR = (
    3.150534991423443e-11, -4.829107281627596e-11, -1.2166048210042578e-10, 1.704297529665342e-10,
    3.015605420609579e-10, -4.2190635517826636e-10, -2.572261823390638e-10, 2.560533082941635e-10,
    6.970364983934073e-10, -1.180097808498307e-09, 1.5795148419022103e-09, -3.639264909950171e-09,
    8.683982534096674e-09, -2.0109398585523846e-08, 4.837695851929297e-08,
    -1.2195093824501613e-07, 3.229983779937386e-07, -9.067229884830243e-07,
    2.7300392852920254e-06, -8.961205912549711e-06, 3.2843865708633974e-05,
    -0.00013959021964175084, 0.0007357241549032677, -0.005566729880072931, 0.10334973775386527,
    1.363151890371342,
)  # fmt: skip
# j0(x) for 0 <= x <= 8, in x**2 / 32 - 1.
_J0_NEAR = (
    4.0037632815796753e-13, -1.243301171273326e-11, 3.3634475788173604e-10, -7.91532308295207e-09,
    1.5956109104549218e-07, -2.717749223632098e-06, 3.8473197855944365e-05,
    -0.0004435459224311503, 0.004058078989140991, -0.028472718610882047, 0.14598884856759264,
    -0.5074680458471, 1.0383794611437211, -0.8080888076696872, -0.6484692830871837,
    0.9303012472958572, 0.04582966485981377,
)  # fmt: skip
# j1(x) / x.
_J1_NEAR = (
    1.2095547964761484e-14, -4.0045728425886457e-13, 1.1610590175819576e-11,
    -2.943013798001659e-10, 6.4312687983276065e-09, -1.196708186787801e-07,
    1.8684525371950874e-06, -2.404574865968694e-05, 0.0002494945813909099, -0.0020290394945705996,
    0.012456814392255438, -0.05474581821284722, 0.15858376432721938, -0.2595948652859303,
    0.15151665143806634, 0.08105866038589796, -0.05814382795599107,
)  # fmt: skip
# y0(x) - 2 / pi log(x) j0(x).
_Y0_NEAR = (
    2.558039436392922e-14, -8.840112096073101e-13, 2.681822137847736e-11, -7.13046146536789e-10,
    1.6391065268260488e-08, -3.2185078445935923e-07, 5.321318633735116e-06,
    -7.279541882454115e-05, 0.0008061586060550644, -0.00702574105727097, 0.0463670476813471,
    -0.21895747096171628, 0.6721770783431723, -1.0775477338215995, 0.14412632369302442,
    1.6470964788745466, -0.8284358903604587, -0.382250654459425,
)  # fmt: skip
# (y1(x) - 2 / pi (log(x) j1(x) - 1 / x)) / x.
_Y1_NEAR = (
    -2.6951389583840327e-14, 8.760001143977853e-13, -2.4887509903377128e-11,
    6.169688029066965e-10, -1.3153322551127247e-08, 2.3804930420514178e-07,
    -3.600999874357815e-06, 4.467433012646365e-05, -0.00044381734351149876, 0.0034224907399188495,
    -0.019628756833099423, 0.07854786922242532, -0.19639839859930425, 0.23507209206669755,
    0.023367571720993584, -0.24337743079193114, 0.07075985882118005,
)  # fmt: skip
# Modulus and phase for x >= 8, in 128 / x**2 - 1: j0(x) is sqrt(2 / (pi x)) times
# P0 cos(x - pi/4) - Q0 sin(x - pi/4), and y0(x) the same with the sine and the cosine.
_P0 = (
    -1.180002783020184e-14, 3.339452259070809e-14, -6.416781008015415e-14, 2.4531772967345006e-13,
    -1.0636861151667625e-12, 4.786995821368028e-12, -2.4882702786880542e-11,
    1.5500565496632596e-10, -1.2121182069774233e-09, 1.280376144080092e-08,
    -2.0527448156307146e-07, 6.137416080109497e-06, -0.0005363673192130047, 0.9994572757882519,
)  # fmt: skip
# x Q0.
_Q0 = (
    -7.657652788302387e-15, 1.7159223662634758e-14, -9.94348527082079e-15, 3.750385225206321e-14,
    -1.8114989811223087e-13, 5.570266801419967e-13, -1.8315236532076327e-12,
    6.878054876576861e-12, -2.8726953457199988e-11, 1.36265138876175e-10, -7.576280245550776e-10,
    5.146225268539058e-09, -4.534972900180117e-08, 5.68497188761875e-07, -1.1817110661171062e-05,
    0.0005466519279475109, -0.12444091103610815,
)  # fmt: skip
# The same for order 1, whose angle is x - 3 pi/4.
_P1 = (
    1.2489929194563941e-14, -3.5455617466606254e-14, 6.864486664846182e-14,
    -2.6335760672461096e-13, 1.1462229852806783e-12, -5.191158004646548e-12,
    2.720406848040165e-11, -1.713107485294131e-10, 1.3603058049468316e-09,
    -1.4708512991275258e-08, 2.4536766222672443e-07, -7.9596946984383e-06, 0.0008988049416705579,
    1.0009070262780821,
)  # fmt: skip
# x Q1.
_Q1 = (
    -1.804307200062192e-14, 4.275621822194818e-14, -3.9930634717453954e-14,
    1.3996264453471973e-13, -5.930663429711533e-13, 2.002728774766585e-12, -7.387575652695623e-12,
    3.100364837230575e-11, -1.4819760550541304e-10, 8.316077350038262e-10, -5.720884228409981e-09,
    5.136105997071193e-08, -6.63356856721788e-07, 1.4569614809851411e-05, -0.0007697167057643541,
    0.3742149922195918,
)  # fmt: skip


@in_float64
def i0e(x: Any) -> Any:
    """exp(-abs(x)) i0(x): the modified function of the first kind, order 0, scaled."""
    near, far, x = _pieces(array_module(x).abs(x), 8)
    return _choose(x, 8, polynomial(_I0_NEAR, near / 4 - 1), _decaying(_I0_FAR, far, 8))


@in_float64
def i1e(x: Any) -> Any:
    """exp(-abs(x)) i1(x): order 1, scaled."""
    xp = array_module(x)
    near, far, size = _pieces(xp.abs(x), 8)
    y = _choose(size, 8, near * polynomial(_I1_NEAR, near / 4 - 1), _decaying(_I1_FAR, far, 8))
    return xp.copysign(y, x)


@in_float64
def i0(x: Any) -> Any:
    """The modified Bessel function of the first kind, order 0."""
    return _grown(i0e(x), x)


@in_float64
def i1(x: Any) -> Any:
    """The modified Bessel function of the first kind, order 1."""
    return _grown(i1e(x), x)


def _grown(scaled, x):
    xp = array_module(x)
    # In two steps, since exp(710) is too large where exp(710) i0e(710) is not.
    half = xp.exp(xp.abs(x) / 2)
    return xp.where(xp.isinf(x), xp.copysign(math.inf, scaled), scaled * half * half)


@in_float64
def k0e(x: Any) -> Any:
    """exp(x) k0(x): the modified function of the second kind, order 0, scaled; for x > 0."""
    xp = array_module(x)
    near, far, x = _pieces(x, 2)
    below = polynomial(_K0_NEAR, near * near / 2 - 1) - xp.log(near / 2) * i0(near)
    return _choose(x, 2, below * xp.exp(near), _decaying(_K0_FAR, far, 2))


@in_float64
def k1e(x: Any) -> Any:
    """exp(x) k1(x): order 1, scaled; for x > 0."""
    xp = array_module(x)
    near, far, x = _pieces(x, 2)
    below = polynomial(_K1_NEAR, near * near / 2 - 1) / near
    below = xp.where(near > 0, below + xp.log(xp.where(near > 0, near, 1) / 2) * i1(near), math.inf)
    return _choose(x, 2, below * xp.exp(near), _decaying(_K1_FAR, far, 2))


@in_float64
def k0(x: Any) -> Any:
    """The modified Bessel function of the second kind, order 0; for x > 0."""
    return k0e(x) * array_module(x).exp(-x)


@in_float64
def k1(x: Any) -> Any:
    """The modified Bessel function of the second kind, order 1; for x > 0."""
    return k1e(x) * array_module(x).exp(-x)


@in_float64
def j0(x: Any) -> Any:
    """The Bessel function of the first kind, order 0."""
    near, far, x = _pieces(array_module(x).abs(x), 8)
    above, _ = _waves(far, _P0, _Q0)
    return _choose(x, 8, polynomial(_J0_NEAR, near * near / 32 - 1), above)


@in_float64
def j1(x: Any) -> Any:
    """The Bessel function of the first kind, order 1."""
    xp = array_module(x)
    near, far, size = _pieces(xp.abs(x), 8)
    above, _ = _waves(far, _P1, _Q1, turned=True)
    y = _choose(size, 8, near * polynomial(_J1_NEAR, near * near / 32 - 1), above)
    return xp.where(x < 0, -y, y)


@in_float64
def y0(x: Any) -> Any:
    """The Bessel function of the second kind, order 0; -inf at 0 and nan below."""
    xp = array_module(x)
    near, far, x = _pieces(x, 8)
    _, above = _waves(far, _P0, _Q0)
    below = polynomial(_Y0_NEAR, near * near / 32 - 1) + 2 / math.pi * xp.log(near) * j0(near)
    return _choose(x, 8, below, above)


@in_float64
def y1(x: Any) -> Any:
    """The Bessel function of the second kind, order 1; -inf at 0 and nan below."""
    xp = array_module(x)
    near, far, x = _pieces(x, 8)
    _, above = _waves(far, _P1, _Q1, turned=True)
    logarithm = xp.log(xp.where(near > 0, near, 1))
    below = near * polynomial(_Y1_NEAR, near * near / 32 - 1)
    below = below + 2 / math.pi * (logarithm * j1(near) - 1 / near)
    return _choose(x, 8, below, above)


def _pieces(x, border: int) -> tuple:
    """The part of x up to the border, the part beyond it, each with harmless others, and x."""
    xp = array_module(x)
    x = xp.where(x < 0, math.nan, x)
    return xp.where(x <= border, xp.abs(x), border), xp.where(x > border, x, border), x


def _choose(x, border: int, near, far):
    xp = array_module(x)
    return xp.where(xp.isnan(x), x, xp.where(x <= border, near, far))


def _decaying(coefficients: tuple, x, border: int):
    return polynomial(coefficients, 2 * border / x - 1) / array_module(x).sqrt(x)


def _waves(x, p: tuple, q: tuple, turned=False) -> tuple:
    """What j and y are for large x, from the sum and the difference of the sine and the cosine."""
    xp = array_module(x)
    finite = xp.where(xp.isinf(x), 8, x)
    t = 128 / (finite * finite) - 1
    p, q = polynomial(p, t), polynomial(q, t) / finite
    cosine = (xp.cos(finite) + xp.sin(finite)) / math.sqrt(2)  # of x - pi/4
    sine = (xp.sin(finite) - xp.cos(finite)) / math.sqrt(2)
    if turned:
        cosine, sine = sine, -cosine  # of x - 3 pi/4
    size = xp.where(xp.isinf(x), 0, xp.sqrt(2 / (math.pi * finite)))
    return size * (p * cosine - q * sine), size * (p * sine + q * cosine)
