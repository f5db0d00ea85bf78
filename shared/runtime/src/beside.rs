//! Files that are deployed beside a function's binary.

use std::io;
use std::io::Read as _;
use std::path::Path;

/// What lies under `name` beside the binary of this process, of which at most `most` bytes and one more are read;
/// `None` where nothing does.
///
/// # Errors
/// Where it is there and cannot be read.
pub fn file_beside_binary(name: &str, most: usize) -> io::Result<Option<Vec<u8>>> {
    let binary = std::env::current_exe()?;
    binary.parent().map_or(Ok(None), |folder| read_file(&folder.join(name), most))
}

fn read_file(path: &Path, most: usize) -> io::Result<Option<Vec<u8>>> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let (mut bytes, most) = (Vec::new(), u64::try_from(most).unwrap_or(u64::MAX));
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_one_byte_more_than_it_may_have_and_none_is_none() {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let whole = std::fs::read(&manifest).unwrap();
        assert_eq!(read_file(&manifest, whole.len()).unwrap(), Some(whole.clone()));
        assert_eq!(read_file(&manifest, 5).unwrap(), Some(whole[..6].to_vec()));
        assert_eq!(file_beside_binary("no such file", 5).unwrap(), None);
        assert!(
            read_file(Path::new(env!("CARGO_MANIFEST_DIR")), 5).is_err(),
            "a folder is no file"
        );
    }
}
