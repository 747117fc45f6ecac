pub mod math;
pub mod model;
pub mod params;
pub mod quarter;
pub mod random;
