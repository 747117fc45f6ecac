//! For tests: runs in `tests/reference`, and functions whose indices are known.

use std::f64::consts::PI;

use crate::kernel::random::{Draws, Purpose, Stream};
use crate::kernel::reference::table;
use crate::stats::design::Design;

/// Coordinates, row by row, and responses of a file whose last column is the response.
pub(crate) fn runs(name: &str) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
    let (mut points, mut responses) = (Vec::new(), Vec::new());
    for row in table(name) {
        let numbers: Vec<f64> = row
            .iter()
            .map(|cell| cell.parse().expect("number"))
            .collect();
        let (response, point) = numbers.split_last().expect("columns");
        points.extend(point.iter().copied().map(Some));
        responses.push(Some(*response));
    }
    (points, responses)
}

/// Values of one index of a file with the columns index, factor, other, value, in the order of the file.
pub(crate) fn values(name: &str, index: &str) -> Vec<f64> {
    table(name)
        .iter()
        .filter(|row| row[0] == index)
        .map(|row| row[3].parse().expect("number"))
        .collect()
}

/// Random numbers of a seed.
pub(crate) fn stream(seed: u64) -> Stream {
    Draws { seed, replicate: 0 }.stream(Purpose::Evaluation)
}

/// Ishigami and Homma (1990) with a = 7, b = 0.1, on the unit cube.
pub(crate) fn ishigami(u: &[f64]) -> f64 {
    let x: Vec<f64> = u.iter().map(|u| PI * (2.0 * u - 1.0)).collect();
    x[0].sin() + 7.0 * x[1].sin().powi(2) + 0.1 * x[2].powi(4) * x[0].sin()
}

/// Sobol' G with a = 0, 1, 4.5, 9, 99, 99, 99, 99, or the first of them.
pub(crate) fn sobol_g(u: &[f64]) -> f64 {
    let a = [0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0];
    u.iter()
        .zip(a)
        .map(|(u, a)| ((4.0 * u - 2.0).abs() + a) / (1.0 + a))
        .product()
}

/// All points of a design, row by row, and what a function gives at each.
pub(crate) fn run(
    design: &Design,
    mut function: impl FnMut(&[f64]) -> f64,
) -> (Vec<Option<f64>>, Vec<Option<f64>>) {
    let (mut points, mut responses) = (Vec::new(), Vec::new());
    let mut row = vec![None; design.factors];
    for index in 0..design.len() {
        design.point(index, &mut row);
        let set: Vec<f64> = row.iter().map(|x| x.expect("every factor set")).collect();
        points.extend_from_slice(&row);
        responses.push(Some(function(&set)));
    }
    (points, responses)
}
