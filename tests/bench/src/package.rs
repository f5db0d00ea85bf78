//! What is uploaded to Lambda: a zip of a binary, or of code and packages.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// How large the zip of files and folders is, in bytes.
pub fn zipped(paths: &[PathBuf]) -> u64 {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for path in paths {
        add(&mut zip, path.parent().unwrap_or(path), path);
    }
    let written = zip.finish().expect("a zip").into_inner();
    u64::try_from(written.len()).unwrap_or(u64::MAX)
}

fn add(zip: &mut ZipWriter<Cursor<Vec<u8>>>, root: &Path, path: &Path) {
    if path.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            add(zip, root, &entry.path());
        }
        return;
    }
    let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
    zip.start_file(name, SimpleFileOptions::default()).expect("a file in a zip");
    zip.write_all(&fs::read(path).unwrap_or_default()).expect("its content");
}
