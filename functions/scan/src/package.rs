//! Whether an office text is a package of known parts: a list of what it may have, not of what it may not.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::directory;

/// The most bytes of the list of its parts, and of a list of relations.
const MOST_OF_A_LIST: u64 = 1024 * 1024;
const LIST_OF_PARTS: &str = "[Content_Types].xml";
const MAIN_TEXT: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";

/// The beginning of what the parts of a text are: in XML all of them, but for the settings of a printer. A whole text
/// within the text has a type of the same beginning.
const PARTS_OF_A_TEXT: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.";
const SETTINGS_OF_A_PRINTER: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.printersettings";

/// What other parts may be: pictures, fonts and data, by the beginning of their media type.
const PARTS: [&str; 21] = [
    "application/vnd.openxmlformats-officedocument.theme",
    "application/vnd.openxmlformats-officedocument.drawingml.chart+xml",
    "application/vnd.openxmlformats-officedocument.drawingml.diagram",
    "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    "application/vnd.openxmlformats-officedocument.custom-properties+xml",
    "application/vnd.openxmlformats-officedocument.customxmlproperties+xml",
    "application/vnd.openxmlformats-officedocument.obfuscatedfont",
    "application/vnd.openxmlformats-package.relationships+xml",
    "application/vnd.openxmlformats-package.core-properties+xml",
    "application/vnd.openxmlformats-package.digital-signature-",
    "application/vnd.ms-word.",
    "application/vnd.openxmlformats-officedocument.drawingml.chartshapes+xml",
    "application/vnd.openxmlformats-officedocument.vmldrawing",
    "application/vnd.ms-office.chartcolorstyle+xml",
    "application/vnd.ms-office.chartstyle+xml",
    "application/vnd.ms-office.classificationlabels+xml",
    "application/vnd.ms-office.drawingml.diagramdrawing+xml",
    "application/inkml+xml",
    "application/x-font-ttf",
    "application/xml",
    "image/",
];

/// The data of a chart: a workbook, which acts on nothing where it has no macros, and no part but a chart leads to it.
const CHART_DATA: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CHART: &str = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml";

/// What the types of parts and relations never name, in any case. A chunk of another format is a whole text that a reader
/// merges when it opens the package.
const FORBIDDEN: [&str; 8] = [
    "macro",
    "vba",
    "oleobject",
    "activex",
    "attachedtemplate",
    "embeddedpackage",
    "afchunk",
    "template.main",
];

/// Whether the bytes are an office text without anything that acts or is fetched; `None` where they cannot be read.
pub(crate) fn is_harmless(bytes: &[u8]) -> Option<bool> {
    let Some(count) = directory::count_entries(bytes) else { return Some(false) };
    let mut package = ZipArchive::new(Cursor::new(bytes)).ok()?;
    let names: Vec<String> = package
        .file_names()
        .map(|name| name.map(|name| name.to_string()))
        .collect::<Result<_, _>>()
        .ok()?;
    if names.iter().any(|name| is_forbidden(name)) || !is_each_once(count, &names) {
        return Some(false);
    }
    let list = read_part(&mut package, LIST_OF_PARTS)?;
    let types = PartTypes::read(&list)?;
    if !names.iter().all(|name| types.declares(name)) {
        return Some(false);
    }
    let is_known = |kind: &String| {
        let is_of_text = kind.starts_with(PARTS_OF_A_TEXT)
            && (kind.ends_with("+xml") || kind == SETTINGS_OF_A_PRINTER);
        let is_other = kind == CHART_DATA || PARTS.iter().any(|own| kind.starts_with(own));
        !is_forbidden(kind) && (is_of_text || is_other)
    };
    if !types.all().all(is_known) || types.all().filter(|kind| *kind == MAIN_TEXT).count() != 1 {
        return Some(false);
    }
    for name in names.iter().filter(|name| name.to_lowercase().ends_with(".rels")) {
        let is_of_chart = is_chart(&list, &source_of(name))?;
        if !has_harmless_relations(&read_part(&mut package, name)?, is_of_chart)? {
            return Some(false);
        }
    }
    Some(true)
}

/// Whether the names are those that the directory counts, and each part is there once, whatever the case of its name: of
/// two, another reader might take the other one.
fn is_each_once(count: usize, names: &[String]) -> bool {
    let distinct: BTreeSet<_> = names.iter().map(|name| name.to_lowercase()).collect();
    distinct.len() == names.len() && count == names.len()
}

fn is_forbidden(text: &str) -> bool {
    let text = text.to_lowercase();
    FORBIDDEN.iter().any(|word| text.contains(word))
}

/// A part as text; `None` where it is not there, is too long or is no UTF-8.
fn read_part(package: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Option<String> {
    let part = package.by_name(name).ok()?;
    let mut text = String::new();
    let read = part.take(MOST_OF_A_LIST + 1).read_to_string(&mut text).ok()?;
    (u64::try_from(read).ok()? <= MOST_OF_A_LIST).then_some(text)
}

/// The media types of the parts, all in lower case: of single parts by their names, of others by the ending.
#[derive(Default)]
struct PartTypes {
    by_name: Vec<(String, String)>,
    by_ending: Vec<(String, String)>,
}

impl PartTypes {
    /// The types out of the list of parts; `None` where it is malformed.
    fn read(list: &str) -> Option<Self> {
        let mut types = Self::default();
        visit_elements(list, |element| {
            let read = |name| Some(read_attribute(element, name)?.to_lowercase());
            let (kind, name, ending) =
                (read("ContentType")?, read("PartName")?, read("Extension")?);
            if kind.is_empty() {
                return Some(());
            }
            if name.is_empty() {
                types.by_ending.push((format!(".{ending}"), kind));
            } else {
                types.by_name.push((name, kind));
            }
            Some(())
        })?;
        Some(types)
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        self.by_name.iter().chain(&self.by_ending).map(|(_, kind)| kind)
    }

    /// Whether the list says what an entry of the package is. Folders and the list itself are no parts.
    fn declares(&self, entry: &str) -> bool {
        let entry = entry.to_lowercase();
        let is_named = |name: &str| name.strip_prefix('/') == Some(entry.as_str());
        entry.ends_with('/')
            || entry.eq_ignore_ascii_case(LIST_OF_PARTS)
            || self.by_name.iter().any(|(name, _)| is_named(name))
            || self.by_ending.iter().any(|(ending, _)| entry.ends_with(ending))
    }
}

/// The part whose relations a list of relations has: `/word/x.xml` for `word/_rels/x.xml.rels`.
fn source_of(relations: &str) -> String {
    let name = relations.to_lowercase();
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", &name));
    let folder = folder.strip_suffix("_rels").unwrap_or(folder);
    format!("/{folder}{}", file.strip_suffix(".rels").unwrap_or(file))
}

/// Whether the list of parts says of that very part that it is a chart, and says nothing else of it.
fn is_chart(list: &str, part: &str) -> Option<bool> {
    let mut kinds = Vec::new();
    visit_elements(list, |element| {
        if read_attribute(element, "PartName")?.eq_ignore_ascii_case(part) {
            kinds.push(read_attribute(element, "ContentType")?.to_lowercase());
        }
        Some(())
    })?;
    Some(kinds == [CHART])
}

/// Whether relations lead to parts of the package, outside of it by links that somebody has to follow alone, and to a
/// package within it from a chart alone.
fn has_harmless_relations(list: &str, is_of_chart: bool) -> Option<bool> {
    let mut harmless = true;
    visit_elements(list, |element| {
        let kind = read_attribute(element, "Type")?;
        let mode = read_attribute(element, "TargetMode")?;
        let is_outside = mode.eq_ignore_ascii_case("external");
        let is_package = kind.to_lowercase().ends_with("/package");
        harmless &= !is_forbidden(&kind)
            && (!is_outside || kind.ends_with("/hyperlink"))
            && (!is_package || is_of_chart);
        Some(())
    })?;
    Some(harmless)
}

/// Looks at each element of an XML text; `None` where it is malformed or declares a type of its own.
fn visit_elements(text: &str, mut look: impl FnMut(&BytesStart<'_>) -> Option<()>) -> Option<()> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element) => look(&element)?,
            Event::DocType(_) => return None,
            Event::Eof => return Some(()),
            Event::End(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::GeneralRef(_) => {}
        }
    }
}

/// An attribute with its references resolved, empty where there is none; `None` where the element is malformed, or has
/// an attribute of that name in a space of its own, which another reader might take for it.
fn read_attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut value = String::new();
    for found in element.attributes() {
        let found = found.ok()?;
        if found.key.local_name().as_ref() == name {
            if found.key.prefix().is_some() {
                return None;
            }
            value = found.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned();
        }
    }
    Some(value)
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    pub(crate) fn package(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut package = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            package.start_file(*name, SimpleFileOptions::default()).unwrap();
            package.write_all(text.as_bytes()).unwrap();
        }
        package.finish().unwrap().into_inner()
    }

    fn list(more: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><Types><Default Extension=\"rels\" ContentType=\"application/vnd.\
             openxmlformats-package.relationships+xml\"/><Override PartName=\"/word/document.xml\" \
             ContentType=\"{MAIN_TEXT}\"/>{more}</Types>"
        )
    }

    /// The parts of a plain text.
    pub(crate) fn text() -> Vec<u8> {
        package(&[(LIST_OF_PARTS, &list("")), TEXT, RELATIONS])
    }

    /// The same with macros as its last part.
    pub(crate) fn with_hidden_part() -> Vec<u8> {
        package(&[(LIST_OF_PARTS, &list("")), TEXT, RELATIONS, ("word/vbaProject.bin", "x")])
    }

    const TEXT: (&str, &str) = ("word/document.xml", "<w:document/>");
    const RELATIONS: (&str, &str) = (
        "word/_rels/document.xml.rels",
        "<Relationships><Relationship Id=\"r1\" TargetMode=\"External\" Target=\"https://contoso.example\" \
         Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink\"/></Relationships>",
    );

    fn related(kind: &str, mode: &str) -> Vec<u8> {
        let relation = format!(
            "<Relationships><Relationship Id=\"r1\" Type=\"{kind}\" Target=\"x\" TargetMode=\"{mode}\"/></Relationships>"
        );
        package(&[(LIST_OF_PARTS, &list("")), TEXT, ("word/_rels/document.xml.RELS", &relation)])
    }

    fn typed(kind: &str) -> Vec<u8> {
        let more = format!("<Override PartName=\"/word/x.bin\" ContentType=\"{kind}\"/>");
        package(&[(LIST_OF_PARTS, &list(&more)), TEXT, ("word/x.bin", "x")])
    }

    #[test]
    fn a_text_with_pictures_and_links_is_harmless() {
        assert_eq!(is_harmless(&text()), Some(true));
        for kind in [
            "image/png",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml",
            "application/vnd.openxmlformats-officedocument.theme+xml",
            "application/vnd.openxmlformats-package.core-properties+xml",
            "application/vnd.ms-office.classificationlabels+xml",
            "application/vnd.ms-office.chartstyle+xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.printerSettings",
        ] {
            assert_eq!(is_harmless(&typed(kind)), Some(true), "{kind}");
        }
        let own = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image";
        assert_eq!(is_harmless(&related(own, "Internal")), Some(true));
    }

    #[test]
    fn what_acts_or_is_not_known_is_refused_however_it_is_spelt() {
        for kind in [
            "application/vnd.ms-office.vbaProject",
            "application/vnd.ms-word.document.macroEnabled.main+xml",
            "application/vnd.ms-word.document.MACROENABLED.main+xml",
            "application/vnd.ms-word.document.mac&#x72;oEnabled.main+xml",
            "application/vnd.ms-office.activeX+xml",
            "application/vnd.openxmlformats-officedocument.oleObject",
            "application/vnd.ms-excel.sheet.macroEnabled.12",
            "application/vnd.ms-office.webextension+xml",
            "application/x-msdownload",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
            "text/html",
        ] {
            assert_eq!(is_harmless(&typed(kind)), Some(false), "{kind}");
        }
        for name in ["word/vbaProject.bin", "word/VBAPROJECT.BIN", "word/activeX/activeX1.xml"] {
            let bytes = package(&[(LIST_OF_PARTS, &list("")), TEXT, (name, "x")]);
            assert_eq!(is_harmless(&bytes), Some(false), "{name}");
        }
        let of = |name: &str| {
            format!("http://schemas.openxmlformats.org/officeDocument/2006/relationships/{name}")
        };
        for name in ["attachedTemplate", "oleObject", "control/activeX", "vbaProject", "aFChunk"] {
            assert_eq!(is_harmless(&related(&of(name), "Internal")), Some(false), "{name}");
        }
        for name in ["image", "frame", "subDocument"] {
            assert_eq!(is_harmless(&related(&of(name), "EXTERNAL")), Some(false), "{name}");
        }
    }

    #[test]
    fn a_second_text_within_the_text_is_refused() {
        for name in ["/word/x.bin", "/word/afchunk.docx", "/word/document.xml"] {
            let more = format!("<Override PartName=\"{name}\" ContentType=\"{MAIN_TEXT}\"/>");
            let bytes = package(&[(LIST_OF_PARTS, &list(&more)), TEXT, ("word/x.bin", "x")]);
            assert_eq!(is_harmless(&bytes), Some(false), "{name}");
        }
    }

    #[test]
    fn a_part_of_no_declared_type_is_refused() {
        let png = "<Default Extension=\"PNG\" ContentType=\"image/png\"/>";
        let of = |name: &str| package(&[(LIST_OF_PARTS, &list(png)), TEXT, RELATIONS, (name, "x")]);
        for name in ["word/x.exe", "x", "word/document.xml.bin", "word/xpng", "document.xml"] {
            assert_eq!(is_harmless(&of(name)), Some(false), "{name}");
        }
        for name in ["word/media/image1.png", "word/media/IMAGE2.PNG"] {
            assert_eq!(is_harmless(&of(name)), Some(true), "{name}");
        }
    }

    #[test]
    fn a_package_within_the_package_is_the_data_of_a_chart_or_refused() {
        let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/package";
        let relation = format!(
            "<Relationships><Relationship Id=\"r1\" Type=\"{kind}\" Target=\"../embeddings/x.xlsx\"/></Relationships>"
        );
        let of = |name: &str, part: &str, kind: &str| {
            let more = format!("<Override PartName=\"{part}\" ContentType=\"{kind}\"/>");
            package(&[(LIST_OF_PARTS, &list(&more)), TEXT, (name, &relation)])
        };
        let (rels, chart) = ("word/charts/_rels/chart1.xml.rels", "/word/charts/chart1.xml");
        assert_eq!(is_harmless(&of(rels, chart, CHART)), Some(true));
        for (name, part, kind) in [
            (rels, chart, MAIN_TEXT),
            (rels, "/word/charts/chart2.xml", CHART),
            ("word/_rels/document.xml.rels", chart, CHART),
            ("_rels/.rels", chart, CHART),
        ] {
            assert_eq!(is_harmless(&of(name, part, kind)), Some(false), "{name} {part} {kind}");
        }
    }

    #[test]
    fn a_package_that_cannot_be_read_is_none() {
        let padded = list(&" ".repeat(1024 * 1024));
        let typed = list("<!DOCTYPE x [<!ENTITY a \"b\">]>");
        for bytes in [
            b"PK\x03\x04junk".to_vec(),
            package(&[TEXT]),
            package(&[(LIST_OF_PARTS, &padded), TEXT]),
            package(&[(LIST_OF_PARTS, &typed), TEXT]),
            package(&[(LIST_OF_PARTS, "<Types><"), TEXT]),
        ] {
            assert!(!is_harmless(&bytes).unwrap_or(false), "{} bytes", bytes.len());
        }
        let no_text = package(&[(LIST_OF_PARTS, "<Types/>"), TEXT]);
        assert_eq!(is_harmless(&no_text), Some(false), "no part is the text");
    }

    #[test]
    fn an_attribute_in_a_space_of_its_own_stands_for_no_other() {
        let relation = "<Relationships><Relationship xmlns:x=\"u\" x:Type=\"a/hyperlink\" Id=\"r1\" \
                        Type=\"a/attachedTemplate\" Target=\"x\" TargetMode=\"External\"/></Relationships>";
        let parts = [(LIST_OF_PARTS, list("")), ("word/_rels/x.rels", relation.to_owned())];
        let parts = parts.each_ref().map(|(name, text)| (*name, text.as_str()));
        let bytes = package(&[parts[0], TEXT, parts[1]]);
        assert!(!is_harmless(&bytes).unwrap_or(false));
    }

    #[test]
    fn a_part_that_is_there_twice_is_refused() {
        let twice =
            package(&[(LIST_OF_PARTS, &list("")), ("[content_types].XML", &list("")), TEXT]);
        assert_eq!(is_harmless(&twice), Some(false));
    }
}
