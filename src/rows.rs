//! Rows of numbers, one for each city, that others gather from anywhere in memory.

/// Numbers in a quad.
pub const WIDTH: usize = 4;

/// Four numbers, half a line of the processor's cache: a row of quads touches no line in vain.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(align(32))]
pub struct Quad(pub [f64; WIDTH]);

/// One row for each city, padded with zeros to whole quads.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    quads: usize,
    data: Vec<Quad>,
}

impl Rows {
    /// Rows of zeros.
    pub fn new(rows: usize, width: usize) -> Self {
        let quads = width.div_ceil(WIDTH);
        Rows {
            quads,
            data: vec![Quad::default(); rows * quads],
        }
    }

    /// Quads in a row.
    #[inline(always)]
    pub fn quads(&self) -> usize {
        self.quads
    }

    /// All rows, one after the other.
    #[inline(always)]
    pub fn data(&self) -> &[Quad] {
        &self.data
    }

    /// The same, to be written.
    pub fn data_mut(&mut self) -> &mut [Quad] {
        &mut self.data
    }

    /// The numbers of a row, padding included.
    #[inline(always)]
    pub fn row(&self, row: usize) -> impl Iterator<Item = f64> + '_ {
        self.data[row * self.quads..(row + 1) * self.quads]
            .iter()
            .flat_map(|quad| quad.0)
    }

    /// A number of a row.
    #[inline(always)]
    pub fn get(&self, row: usize, column: usize) -> f64 {
        self.data[row * self.quads + column / WIDTH].0[column % WIDTH]
    }

    /// Sets a number of a row.
    pub fn set(&mut self, row: usize, column: usize, value: f64) {
        self.data[row * self.quads + column / WIDTH].0[column % WIDTH] = value;
    }
}

/// Adds `weight` times each number of a row to `sum`.
#[inline(always)]
pub fn add_row<const QUADS: usize>(sum: &mut [Quad; QUADS], row: &[Quad], weight: f64) {
    for (sum, own) in sum.iter_mut().zip(row) {
        for (sum, own) in sum.0.iter_mut().zip(own.0) {
            *sum += weight * own;
        }
    }
}
