//! The countries' files of holidays by which windows were counted: kept when a version of the data is met first, so that a
//! bundle can be counted again by whoever has another version.

use domain::calendar::{CalendarId, CountryCode, CountryFile, DATA_VERSION};

use crate::table::attributes::{Attributes, Reader, bytes_value, item_key, put_value};
use crate::table::codec::deflated::{deflate_text, inflate_text};
use crate::table::config::Store;
use crate::table::error::StoreError;
use crate::table::keys;
use crate::table::transaction::Condition;

const ITEM: &str = "country file";
/// The lines of the file, deflated.
const TEXT: &str = "x";

impl Store {
    /// Keeps the country's file that a calendar is of, if it is of this program's own data and not kept yet.
    ///
    /// # Errors
    /// Where the table does not answer: the same again does no harm.
    pub async fn keep_country_file(&self, calendar: &CalendarId) -> Result<(), StoreError> {
        let Some(country) = calendar.country() else { return Ok(()) };
        if calendar.data_version() != DATA_VERSION {
            return Ok(());
        }
        let file = CountryFile::embedded(country);
        if self.get_item(key_of(&file)).await?.is_none() {
            self.put_item_if(to_attributes(&file)?, Condition::absent()).await?;
        }
        Ok(())
    }

    /// The files of a country that were kept, and this program's own.
    pub(crate) async fn load_country_files(
        &self,
        country: CountryCode,
    ) -> Result<Vec<CountryFile>, StoreError> {
        let items = self.query_partition(&keys::country_files_pk(country)).await?;
        let mut files = vec![CountryFile::embedded(country)];
        for item in &items {
            let file = from_item(country, item)?;
            if !files.contains(&file) {
                files.push(file);
            }
        }
        Ok(files)
    }
}

fn key_of(file: &CountryFile) -> Attributes {
    let sort = keys::country_file_sk(&file.version, file.digest());
    item_key(keys::country_files_pk(file.country), sort)
}

fn to_attributes(file: &CountryFile) -> Result<Attributes, StoreError> {
    let mut item = key_of(file);
    put_value(&mut item, TEXT, Some(bytes_value(deflate_text(&file.text)?)));
    Ok(item)
}

fn from_item(country: CountryCode, item: &Attributes) -> Result<CountryFile, StoreError> {
    let reader = Reader::new(ITEM, item);
    let deflated = reader.opt_bytes(TEXT)?.ok_or_else(|| reader.attribute_error(TEXT))?;
    let text = inflate_text(deflated).ok_or_else(|| reader.attribute_error(TEXT))?;
    let sort = reader.read_text("sk")?;
    let version = sort.split_once('#').map(|(version, _)| version.to_owned());
    let version = version.ok_or_else(|| reader.attribute_error("sk"))?;
    let file = CountryFile { country, version, text };
    // Its key names what it is: an item that was written over is no file.
    let is_it = keys::country_file_sk(&file.version, file.digest()) == sort;
    if is_it { Ok(file) } else { Err(reader.attribute_error(TEXT)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::codec::claim_item::tests::size;

    #[test]
    fn a_file_is_read_as_it_was_written_and_the_largest_takes_six_units() {
        let sizes = CountryCode::all().map(|country| {
            let file = CountryFile::embedded(country);
            let item = to_attributes(&file).unwrap();
            assert_eq!(from_item(country, &item).unwrap(), file);
            size(&item)
        });
        let largest = sizes.max().unwrap();
        assert!(largest <= 6 * 1024, "{largest} bytes");
    }

    #[test]
    fn a_file_that_was_written_over_is_none() {
        let country = "CZ".parse().unwrap();
        let mut item = to_attributes(&CountryFile::embedded(country)).unwrap();
        put_value(&mut item, TEXT, Some(bytes_value(deflate_text("years|2024|2040\n").unwrap())));
        assert!(from_item(country, &item).is_err());
    }
}
