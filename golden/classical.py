"""Reference numbers for the classical methods of packages/forecast, computed by R (base only).

    apt-get install r-base-core && python3 golden/classical.py

writes golden/classical.json beside this file. R's own `stl`, `decompose`, `acf`, `lsfit`, `optimize`, `optim` and
`integrate` do the work; the methods around them are written out in R from their papers, independently of the
TypeScript. AirPassengers, USAccDeaths and nottem are data sets of R.
"""

import json
import pathlib
import subprocess

here = pathlib.Path(__file__).parent

SCRIPT = r"""
show <- function(name, x) cat(name, sprintf("%.12g", x), "\n")
show("r", as.numeric(paste(R.version$major, sub("\\..*", "", R.version$minor), sep = ".")))
show("AirPassengers", AirPassengers); show("USAccDeaths", USAccDeaths); show("Nile", Nile)

# Guerrero (1993): lambda of least coefficient of variation of sd / mean^(1 - lambda)
guerrero <- function(x, period) {
  x <- as.numeric(x); n <- length(x); years <- floor(n / period)
  m <- matrix(x[(n - years * period + 1):n], period, years)
  cv <- function(lambda) { r <- apply(m, 2, sd) / colMeans(m)^(1 - lambda); sd(r) / mean(r) }
  optimize(cv, c(-1, 2), tol = 1e-10)$minimum
}
show("guerrero AirPassengers", guerrero(AirPassengers, 12))
show("guerrero USAccDeaths", guerrero(USAccDeaths, 12))
show("guerrero Nile", guerrero(Nile, 2))

# MSTL (Bandara, Hyndman & Bergmeir): R's stl in turn, two passes; hourly-like values with seasons 4 and 12
t <- 1:96
multi <- 50 + 0.1 * t + 5 * sin(2 * pi * t / 4) + 8 * cos(2 * pi * t / 12) + ((t * 7919) %% 13) / 3
show("multi", multi)
parts <- list(rep(0, 96), rep(0, 96)); rest <- multi
for (pass in 1:2) for (i in 1:2) {
  rest <- rest + parts[[i]]
  fit <- stl(ts(rest, frequency = c(4, 12)[i]), s.window = c(11, 15)[i])
  parts[[i]] <- as.numeric(fit$time.series[, "seasonal"])
  rest <- rest - parts[[i]]
}
show("mstl 4", parts[[1]]); show("mstl 12", parts[[2]])
show("mstl trend", as.numeric(fit$time.series[, "trend"]))

# Theta (Assimakopoulos & Nikolopoulos 2000; Hyndman & Billah 2003)
season_of <- function(x) {
  m <- frequency(x); n <- length(x)
  r <- as.numeric(acf(x, lag.max = m, plot = FALSE)$acf)[-1]
  limit <- qnorm(0.95) * sqrt((1 + 2 * sum(r[-m]^2)) / n)
  seasonal <- m > 1 && n > 2 * m && abs(r[m]) > limit
  if (!seasonal) return(rep(1, n))
  as.numeric(decompose(x, "multiplicative")$seasonal)
}
theta <- function(x, h) {
  n <- length(x); index <- season_of(x); y <- as.numeric(x) / index
  levels <- function(p) { l <- p[2]; e <- 0; for (v in y) { e <- e + (v - l)^2; l <- l + p[1] * (v - l) }; c(e, l) }
  best <- NULL
  for (a in c(0.1, 0.3, 0.6, 0.9)) {
    o <- optim(c(a, y[1]), function(p) if (p[1] < 1e-4 || p[1] > 0.9999) 1e300 else levels(p)[1],
               control = list(reltol = 1e-15, maxit = 5000, parscale = c(0.1, sd(y))))
    if (is.null(best) || o$value < best$value) best <- o
  }
  a <- best$par[1]; l <- levels(best$par)[2]
  slope <- lsfit(0:(n - 1), y)$coefficients[2]
  mean <- l + slope / 2 * (0:(h - 1) + (1 - (1 - a)^n) / a)
  sd <- sqrt(best$value / (n - 2) * (1 + (0:(h - 1)) * a^2))
  ahead <- if (all(index == 1)) rep(1, h) else rep(index[(n - frequency(x) + 1):n], length.out = h)
  list(mean = mean * ahead, hi = (mean + qnorm(0.975) * sd) * ahead)
}
for (name in c("AirPassengers", "USAccDeaths", "Nile")) {
  f <- theta(get(name), 18)
  show(paste("theta", name), f$mean); show(paste("thetaHi", name), f$hi)
}

# Dynamic optimised Theta (Fiorucci et al. 2016)
dotm <- function(x, h) {
  n <- length(x); index <- season_of(x); y <- as.numeric(x) / index
  run <- function(p, h) {
    alpha <- p[1]; l <- p[2]; w <- p[3]; e <- 0; mean <- 0; B <- 0; out <- c()
    for (t in 1:(n + h)) {
      A <- mean - t / 2 * B
      mu <- l + w * ((1 - alpha)^(t - 1) * A + (1 - (1 - alpha)^t) / alpha * B)
      v <- if (t <= n) y[t] else mu
      if (t > n) out <- c(out, mu) else if (t >= 3) e <- e + (v - mu)^2
      B <- if (t == 1) 0 else ((t - 2) * B + 6 * (v - mean) / t) / (t + 1)
      mean <- ((t - 1) * mean + v) / t
      l <- alpha * v + (1 - alpha) * l
    }
    list(e = e, out = out)
  }
  best <- NULL
  for (a in c(0.1, 0.3, 0.5, 0.8)) for (w in c(0.2, 0.5, 0.8)) {
    f <- function(p) if (p[1] < 1e-4 || p[1] > 0.9999 || p[3] < 0 || p[3] > 1) 1e300 else run(p, 0)$e
    o <- list(par = c(a, y[1], w))
    for (i in 1:3) o <- optim(o$par, f, control = list(reltol = 1e-15, maxit = 4000, parscale = c(0.1, sd(y), 0.1)))
    if (is.null(best) || o$value < best$value) best <- o
  }
  ahead <- if (all(index == 1)) rep(1, h) else rep(index[(n - frequency(x) + 1):n], length.out = h)
  run(best$par, h)$out * ahead
}
for (name in c("AirPassengers", "USAccDeaths", "Nile")) show(paste("dotm", name), dotm(get(name), 18))

# CRPS by its definition, the integral of (F(x) - 1{x >= y})^2
crps <- function(y, mu, s) integrate(function(x) pnorm(x, mu, s)^2, -Inf, y, rel.tol = 1e-10)$value +
  integrate(function(x) (1 - pnorm(x, mu, s))^2, y, Inf, rel.tol = 1e-10)$value
ys <- c(1.2, -0.7, 3.1); mus <- c(1, 0.4, 1.5); ss <- c(0.5, 2, 0.8)
show("crpsNormal", mean(mapply(crps, ys, mus, ss)))
# and through 999 evenly spaced quantiles of the same distributions
q <- (1:999 - 0.5) / 999
pin <- function(y, p, q) ifelse(y >= p, q * (y - p), (1 - q) * (p - y))
show("crpsQuantiles", mean(mapply(function(y, mu, s) 2 * mean(pin(y, qnorm(q, mu, s), q)), ys, mus, ss)))
"""


def main():
    text = subprocess.run(["Rscript", "-e", SCRIPT], capture_output=True, text=True, check=True).stdout
    golden = {}
    for line in text.strip().splitlines():
        words = line.split()
        start = next(i for i in range(1, len(words)) if words[i].lstrip("-")[0].isdigit() and i >= 1 and not words[i - 1] == "mstl")
        name = " ".join(words[:start])
        golden[name] = [float(word) for word in words[start:]]
    (here / "classical.json").write_text(
        "{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()) + "\n}\n"
    )


main()
