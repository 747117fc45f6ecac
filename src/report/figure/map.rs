//! Maps of places as circles, without tiles.

use crate::report::figure::scale;
use crate::report::figure::scatter::place_label;
use crate::report::figure::style::{ramp_key, ramp_step};
use crate::report::figure::svg::{Anchor, Svg, short};
use crate::report::figure::{Chart, Data, Size, cell};

/// A place.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Area of the circle, one value for each time.
    pub sizes: Vec<f64>,
    /// Colour, one value for each time.
    pub shades: Vec<f64>,
}

/// Places on a map, at one time or several; without a script the last one shows.
#[derive(Clone, Debug)]
pub struct Map {
    /// What the area of a circle says, with unit.
    pub size: String,
    /// What the colour says, with unit.
    pub shade: String,
    /// Names of the times.
    pub times: Vec<String>,
    /// The places.
    pub places: Vec<Place>,
}

impl Map {
    fn largest(&self) -> f64 {
        let sizes = self
            .places
            .iter()
            .flat_map(|place| place.sizes.iter().copied());
        scale::range(sizes)
            .map_or(1.0, |(_, high)| high)
            .max(f64::MIN_POSITIVE)
    }

    fn shades(&self) -> (f64, f64) {
        scale::range(
            self.places
                .iter()
                .flat_map(|place| place.shades.iter().copied()),
        )
        .unwrap_or((0.0, 1.0))
    }
}

impl Chart for Map {
    fn draw(&self, size: Size) -> Svg {
        let width = size.width();
        let top = 8.0;
        let (west, east) = ends(self.places.iter().map(|place| place.longitude));
        let (south, north) = ends(self.places.iter().map(|place| place.latitude));
        // An even projection, true to scale at the middle latitude.
        let middle = ((south + north) / 2.0).to_radians();
        let shrink = libm::cos(middle).max(0.1);
        let (left, right) = (34.0, width - 16.0);
        let most = if size.is_wide() { 540.0 } else { 380.0 };
        let unit = ((right - left) / ((east - west) * shrink)).min(most / (north - south));
        let centre = (left + right) / 2.0;
        let x = |longitude: f64| centre + (longitude - (west + east) / 2.0) * shrink * unit;
        let y = |latitude: f64| top + (north - latitude) * unit;
        let bottom = y(south);
        let mut svg = Svg::new(width, bottom + 78.0);
        for degree in degrees(west, east) {
            svg.line("grid", (x(degree), top), (x(degree), bottom));
            svg.small(
                Anchor::Middle,
                (x(degree), bottom + 13.0),
                &format!("{}°E", short(degree)),
            );
        }
        for degree in degrees(south, north) {
            svg.line("grid", (x(west), y(degree)), (x(east), y(degree)));
            svg.small(
                Anchor::End,
                (x(west) - 3.0, y(degree) + 3.5),
                &format!("{}°N", short(degree)),
            );
        }
        let largest = self.largest();
        let full = if size.is_wide() { 26.0 } else { 17.0 };
        let radius = |value: f64| (value.max(0.0) / largest).sqrt() * full + 1.5;
        let (low, high) = self.shades();
        let step = |value: f64| {
            ramp_step(if high > low {
                (value - low) / (high - low)
            } else {
                0.5
            })
        };
        let last = self.times.len().saturating_sub(1);
        let value = |values: &[f64], time: usize| values.get(time).copied().unwrap_or(0.0);
        let mut order: Vec<usize> = (0..self.places.len()).collect();
        order.sort_by(|a, b| {
            let of = |place: usize| value(&self.places[place].sizes, last);
            of(*b).total_cmp(&of(*a)).then(a.cmp(b))
        });
        let mut taken = Vec::new();
        for number in &order {
            let place = &self.places[*number];
            let sizes: Vec<String> = place
                .sizes
                .iter()
                .map(|value| short(radius(*value)))
                .collect();
            let steps: String = place
                .shades
                .iter()
                .map(|value| step(*value).to_string())
                .collect();
            let more = if self.times.len() > 1 {
                format!(" data-r=\"{}\" data-m=\"{steps}\"", sizes.join(" "))
            } else {
                String::new()
            };
            let (size_now, shade_now) = (value(&place.sizes, last), value(&place.shades, last));
            let said = format!(
                "{}\n{}: {}\n{}: {}",
                place.name,
                self.size,
                scale::number(size_now),
                self.shade,
                scale::number(shade_now)
            );
            let class = format!("city m{}", step(shade_now));
            let (cx, cy, r) = (x(place.longitude), y(place.latitude), radius(size_now));
            svg.circle(&class, (cx, cy), r, &more, &said);
            let inner = (r * 0.8).min(18.0);
            taken.push((cx - inner, cy - inner, cx + inner, cy + inner));
        }
        for number in &order {
            let place = &self.places[*number];
            let r = radius(value(&place.sizes, last));
            let at = (x(place.longitude), y(place.latitude));
            place_label(
                &mut svg,
                &mut taken,
                at,
                r + 2.0,
                &place.name,
                width,
                "small",
            );
        }
        let row = bottom + 36.0;
        let key = largest * 0.25;
        svg.circle("ring", (left + 12.0, row + 14.0), radius(key), "", "");
        let wide = if size.is_wide() { 300.0 } else { 130.0 };
        svg.small(
            Anchor::Start,
            (left + 34.0, row + 10.0),
            &scale::fit(&self.size, wide, 10.5),
        );
        svg.small(
            Anchor::Start,
            (left + 34.0, row + 24.0),
            &format!("circle: {}", scale::number(key)),
        );
        let start = if size.is_wide() { 400.0 } else { 200.0 };
        let part = if size.is_wide() { 24.0 } else { 15.0 };
        svg.small(
            Anchor::Start,
            (start, row + 4.0),
            &scale::fit(&self.shade, width - start - 4.0, 10.5),
        );
        let corner = (start, row + 9.0);
        ramp_key(&mut svg, 'm', corner, (part, 9.0), 21.0, (low, high));
        svg
    }

    fn data(&self) -> Data {
        let mut data = Data::new([
            "time",
            "place",
            "latitude",
            "longitude",
            self.size.as_str(),
            self.shade.as_str(),
        ]);
        for (time, name) in self.times.iter().enumerate() {
            for place in &self.places {
                data.rows.push(vec![
                    name.clone(),
                    place.name.clone(),
                    cell(Some(place.latitude)),
                    cell(Some(place.longitude)),
                    cell(place.sizes.get(time).copied()),
                    cell(place.shades.get(time).copied()),
                ]);
            }
        }
        data
    }
}

/// Ends of a map around some degrees.
fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = scale::range(values).unwrap_or((100.0, 120.0));
    let room = ((high - low) * 0.07).max(1.0);
    (low - room, high + room)
}

/// Degrees of the grid.
fn degrees(low: f64, high: f64) -> Vec<f64> {
    let step = scale::step(high - low, 5);
    let first = (low / step).ceil() as i64;
    (first..first + 12)
        .map(|part| part as f64 * step)
        .take_while(|degree| *degree < high)
        .collect()
}
