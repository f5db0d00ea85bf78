//! Says whether a function would start with a colour and a logo: `check_brand COLOR [LOGO]`. For `make deploy`,
//! which asks before anything is deployed.

use std::error::Error;

use notice::Brand;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let color = arguments.next().ok_or("which colour?")?;
    let logo = arguments.next().filter(|path| !path.is_empty());
    let logo = logo.map(std::fs::read).transpose()?;
    Brand::new(&color, logo)?;
    Ok(())
}
