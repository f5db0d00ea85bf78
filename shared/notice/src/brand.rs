//! How mails and pages look: the operator's colour and logo, checked when a function starts.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The least contrast of text, as a ratio: WCAG 2, level AA.
const LEAST_CONTRAST: f64 = 4.5;
/// The name of the logo's file beside the binaries that show it, whichever its kind is.
pub const LOGO: &str = "logo";
/// The most bytes of a logo: it goes with every mail and every page.
pub const MAX_LOGO_BYTES: usize = 30 * 1024;
/// The widest logo, in pixels of the file.
const MAX_WIDTH: u32 = 600;
/// The highest logo, in pixels of the file.
const MAX_HEIGHT: u32 = 200;
/// The most that a logo takes of a page or a mail, in pixels of the reader.
const SHOWN: (u32, u32) = (200, 44);

/// The style sheet of every page, behind the colour.
const STYLE: &str = include_str!("../templates/style.css");

/// Why mails and pages cannot look like that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrandError {
    /// Not `#rrggbb`, or white text on it cannot be read.
    #[error("BRAND_COLOR is not a colour (#rrggbb) on which white text can be read (4.5 : 1)")]
    Color,
    /// More bytes than [`MAX_LOGO_BYTES`].
    #[error("the logo has more than 30 KB")]
    LogoTooLong,
    /// By its first bytes.
    #[error("the logo is neither a PNG nor a JPEG picture")]
    LogoUnknown,
    /// Higher or wider than permitted, or of no size.
    #[error("the logo is larger than 600 × 200 pixels")]
    LogoTooLarge,
}

/// A colour that white text can be read on, and that can be read on white: `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Color(String);

impl Color {
    fn parse(text: &str) -> Result<Self, BrandError> {
        let channels = parse_channels(text).ok_or(BrandError::Color)?;
        if contrast_with_white(channels) < LEAST_CONTRAST {
            return Err(BrandError::Color);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }
}

/// Red, green and blue of `#rrggbb`.
fn parse_channels(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#')?;
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()?;
    bytes.try_into().ok()
}

/// The ratio of WCAG 2: `(1 + 0.05) / (luminance + 0.05)`.
fn contrast_with_white(channels: [u8; 3]) -> f64 {
    let [red, green, blue] = channels.map(|channel| {
        let value = f64::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    });
    1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
}

/// A picture that stands for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logo {
    /// `image/png` or `image/jpeg`, as the file begins.
    pub(crate) media_type: &'static str,
    /// How wide it is shown, in pixels.
    pub(crate) width: u32,
    /// How high it is shown, in pixels.
    pub(crate) height: u32,
    /// The bytes of the PNG or JPEG file.
    pub(crate) bytes: Vec<u8>,
    /// The file as address: a page holds it in itself.
    pub(crate) data: String,
}

impl Logo {
    fn parse(bytes: Vec<u8>) -> Result<Self, BrandError> {
        if bytes.len() > MAX_LOGO_BYTES {
            return Err(BrandError::LogoTooLong);
        }
        let png = png_size(&bytes).map(|size| ("image/png", size));
        let found = png.or_else(|| jpeg_size(&bytes).map(|size| ("image/jpeg", size)));
        let (media_type, (width, height)) = found.ok_or(BrandError::LogoUnknown)?;
        if !(1..=MAX_WIDTH).contains(&width) || !(1..=MAX_HEIGHT).contains(&height) {
            return Err(BrandError::LogoTooLarge);
        }
        let data = format!("data:{media_type};base64,{}", STANDARD.encode(&bytes));
        let (width, height) = display_size(width, height);
        Ok(Self { media_type, width, height, bytes, data })
    }
}

/// The size at which a picture is shown: its own, or the largest of its shape that fits.
fn display_size(width: u32, height: u32) -> (u32, u32) {
    let (most_wide, most_high) = SHOWN;
    if width <= most_wide && height <= most_high {
        return (width, height);
    }
    let by_height = width.saturating_mul(most_high) / height.max(1);
    if by_height <= most_wide {
        return (by_height.max(1), most_high);
    }
    (most_wide, (height.saturating_mul(most_wide) / width.max(1)).max(1))
}

/// Width and height of a PNG: its first chunk says them.
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let chunk = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?.strip_prefix(b"\0\0\0\x0dIHDR")?;
    let (width, rest) = chunk.split_first_chunk()?;
    let (height, _) = rest.split_first_chunk()?;
    Some((u32::from_be_bytes(*width), u32::from_be_bytes(*height)))
}

/// Width and height of a JPEG: the segment that begins its frame says them.
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let ([marker_start, marker], segment) = rest.split_first_chunk::<2>()?;
        if *marker_start != 0xff {
            return None;
        }
        let (length, body) = segment.split_first_chunk::<2>()?;
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let ([_, height @ .., w1, w0], _) = body.split_first_chunk::<5>()?;
            let height = u16::from_be_bytes(*height);
            return Some((u16::from_be_bytes([*w1, *w0]).into(), height.into()));
        }
        rest = segment.get(usize::from(u16::from_be_bytes(*length))..)?;
    }
}

/// The colour and the logo, with what a page needs for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand(Arc<BrandParts>);

#[derive(Debug, PartialEq, Eq)]
struct BrandParts {
    color: Color,
    logo: Option<Logo>,
    style: String,
    content_policy: String,
}

impl Brand {
    /// The look in that colour, with the bytes of a logo where there is one.
    ///
    /// # Errors
    /// [`BrandError`], the first that is wrong.
    pub fn new(color: &str, logo: Option<Vec<u8>>) -> Result<Self, BrandError> {
        let color = Color::parse(color)?;
        let logo = logo.map(Logo::parse).transpose()?;
        let style = format!(":root{{--brand:{}}}\n{STYLE}", color.0);
        // The policy names the style sheet by its digest, so nothing else that styles or runs is let in.
        let digest = STANDARD.encode(Sha256::digest(&style));
        let content_policy = format!(
            "default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'"
        );
        Ok(Self(Arc::new(BrandParts { color, logo, style, content_policy })))
    }

    /// The operator's colour, in the form `#rrggbb`.
    pub(crate) fn color(&self) -> &str {
        &self.0.color.0
    }

    pub(crate) fn logo(&self) -> Option<&Logo> {
        self.0.logo.as_ref()
    }

    /// The one style sheet, inside every page.
    pub(crate) fn style_sheet(&self) -> &str {
        &self.0.style
    }

    /// What a page may load and run: its style sheet, and pictures that it holds in itself.
    pub(crate) fn content_policy(&self) -> &str {
        &self.0.content_policy
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The beginning of a PNG of that size: as much of it as is looked at.
    pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
        let head = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR";
        [&head[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat()
    }

    /// The beginning of a JPEG of that size, with a segment before its frame.
    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        let head = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc4\0\x03c\xff\xc2\0\x0b\x08";
        [&head[..], &height.to_be_bytes(), &width.to_be_bytes(), &[3]].concat()
    }

    fn with_logo(logo: Vec<u8>) -> Result<Brand, BrandError> {
        Brand::new("#14507d", Some(logo))
    }

    #[test]
    fn a_colour_is_taken_where_white_text_on_it_can_be_read() {
        // The second is the lightest grey of WCAG 2, the third one step lighter.
        for (color, fits) in [
            ("#14507D", true),
            ("#767676", true),
            ("#777777", false),
            ("#ffcc00", false),
            ("#000000", true),
            ("14507d", false),
            ("#14507", false),
            ("#14507dff", false),
            ("#14507g", false),
            ("", false),
        ] {
            let brand = Brand::new(color, None);
            assert_eq!(brand.is_ok(), fits, "{color}");
            assert!(fits || brand == Err(BrandError::Color), "{color}");
        }
        assert_eq!(Brand::new("#14507D", None).unwrap().color(), "#14507d");
    }

    #[test]
    fn a_logo_is_a_png_or_a_jpeg_of_its_limits() {
        for (logo, expected) in [
            (png(600, 200), Ok("image/png")),
            (jpeg(600, 200), Ok("image/jpeg")),
            (png(601, 200), Err(BrandError::LogoTooLarge)),
            (png(600, 201), Err(BrandError::LogoTooLarge)),
            (jpeg(601, 1), Err(BrandError::LogoTooLarge)),
            (png(0, 10), Err(BrandError::LogoTooLarge)),
            (b"GIF89a".to_vec(), Err(BrandError::LogoUnknown)),
            (b"<svg/>".to_vec(), Err(BrandError::LogoUnknown)),
            (Vec::new(), Err(BrandError::LogoUnknown)),
            (png(10, 10)[..20].to_vec(), Err(BrandError::LogoUnknown)),
            (jpeg(10, 10)[..20].to_vec(), Err(BrandError::LogoUnknown)),
            (b"\xff\xd8\xff\xe0\0\0".repeat(9), Err(BrandError::LogoUnknown)),
            ([png(10, 10), vec![0; MAX_LOGO_BYTES]].concat(), Err(BrandError::LogoTooLong)),
        ] {
            let found = with_logo(logo.clone());
            let found = found.map(|brand| brand.logo().unwrap().media_type);
            assert_eq!(found, expected, "{logo:?}");
        }
    }

    #[test]
    fn a_logo_is_shown_in_its_shape_and_never_larger_than_it_is() {
        for (width, height, expected) in [
            (100, 40, (100, 40)),
            (600, 200, (132, 44)),
            (600, 60, (200, 20)),
            (20, 200, (4, 44)),
            (600, 1, (200, 1)),
            (1, 1, (1, 1)),
        ] {
            assert_eq!(display_size(width, height), expected, "{width} × {height}");
            let logo = Logo::parse(png(width, height)).unwrap();
            assert_eq!((logo.width, logo.height), expected);
        }
    }

    #[test]
    fn the_policy_of_a_page_names_its_very_style_sheet_and_lets_in_its_own_pictures_alone() {
        let [one, other] = ["#14507d", "#7d1450"].map(|color| Brand::new(color, None).unwrap());
        assert_ne!(one.content_policy(), other.content_policy());
        let digest = STANDARD.encode(Sha256::digest(one.style_sheet()));
        assert!(
            one.content_policy().contains(&format!("style-src 'sha256-{digest}'; img-src data:;"))
        );
    }
}
