//! Figures as PNG, with the fonts of the system.

use resvg::{tiny_skia, usvg};

use crate::table::error::OutputError;

/// Dots for each unit of a drawing.
const SCALE: f32 = 2.0;

/// A drawing as PNG. Its bytes depend on the fonts that are installed.
///
/// # Errors
/// If there is no font, or the drawing is too large.
pub fn of(svg: &str) -> Result<Vec<u8>, OutputError> {
    let refuse = |why: &str| OutputError::Input(format!("a figure cannot be drawn as PNG: {why}"));
    let mut options = usvg::Options::default();
    options.fontdb_mut().load_system_fonts();
    if options.fontdb.is_empty() {
        return Err(refuse("this system has no fonts"));
    }
    // The library takes Arial for the plain font, which many systems do not have.
    let faces = || {
        options
            .fontdb
            .faces()
            .filter_map(|face| face.families.first())
    };
    let known = |wanted: &str| faces().any(|(name, _)| name == wanted);
    let plain = [
        "DejaVu Sans",
        "Noto Sans",
        "Liberation Sans",
        "Arial",
        "Helvetica",
    ];
    let plain = plain
        .into_iter()
        .find(|name| known(name))
        .map(ToString::to_string);
    let plain = plain.or_else(|| faces().next().map(|(name, _)| name.clone()));
    if let Some(name) = plain {
        options.fontdb_mut().set_sans_serif_family(name.clone());
        options.font_family = name;
    }
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| refuse(&error.to_string()))?;
    let size = tree.size();
    let (width, height) = (
        (size.width() * SCALE).ceil() as u32,
        (size.height() * SCALE).ceil() as u32,
    );
    let mut pixels =
        tiny_skia::Pixmap::new(width, height).ok_or_else(|| refuse("it is too large"))?;
    let scale = tiny_skia::Transform::from_scale(SCALE, SCALE);
    resvg::render(&tree, scale, &mut pixels.as_mut());
    pixels
        .encode_png()
        .map_err(|error| refuse(&error.to_string()))
}
