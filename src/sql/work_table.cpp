#include "sql/work_table.h"

#include "text/doi.h"

#include <array>
#include <utility>

namespace dmp::sql {

namespace {

// Places in work_schema().
enum Place : std::uint8_t {
  at_doi,
  at_title,
  at_abstract,
  at_type,
  at_date,
  at_updated,
  at_venue,
  at_institutions,
  at_authors,
  at_funders,
  at_awards,
  at_relations,
  at_source,
  at_hash,
  at_date_end,
  at_precision,
  at_contributors,
  at_language,
  at_xpac,
  at_version_hash,
  at_bucket,
  places,
};

Field author_struct(std::string name) {
  std::vector<Field> parts;
  for (const char* part :
       {"orcid", "first_initial", "given_name", "middle_initials",
        "middle_names", "surname", "full"}) {
    parts.push_back(text_field(part));
  }
  return struct_of(std::move(name), std::move(parts));
}

Field organisations(std::string name) {
  return list_of(std::move(name),
                 struct_of("", {text_field("name"), text_field("ror")}));
}

Field doi_list(std::string name) {
  return list_of(std::move(name), struct_of("", {text_field("doi")}));
}

void append_organisations(Column& column,
                          const std::vector<model::Organisation>& items) {
  column.begin_list();
  for (const auto& item : items) {
    column.element().append_struct();
    column.element().at(0).append_maybe(item.name);
    column.element().at(1).append_maybe(item.ror);
  }
  column.end_list();
}

void append_author(Column& element, const model::Author& author) {
  element.append_struct();
  element.at(0).append_maybe(author.orcid);
  element.at(1).append_maybe(author.name.first_initial);
  element.at(2).append_maybe(author.name.given_name);
  element.at(3).append_maybe(author.name.middle_initials);
  element.at(4).append_maybe(author.name.middle_names);
  element.at(5).append_maybe(author.name.surname);
  element.at(6).append_maybe(author.name.full);
}

void append_texts(Column& column, const std::vector<std::string>& items) {
  column.begin_list();
  for (const auto& item : items) column.element().append_text(item);
  column.end_list();
}

void append_dois(Column& column, const std::vector<std::string>& dois) {
  column.begin_list();
  for (const auto& doi : dois) {
    column.element().append_struct();
    column.element().at(0).append_text(doi);
  }
  column.end_list();
}

void append_day(Column& column, const std::optional<text::Day>& day) {
  if (day) {
    column.append_int(*day);
  } else {
    column.append_null();
  }
}

void append_lists(TableBuffer& rows, const model::Work& work) {
  append_organisations(rows.column(at_institutions), work.institutions);
  Column& authors = rows.column(at_authors);
  authors.begin_list();
  for (const auto& author : work.authors)
    append_author(authors.element(), author);
  authors.end_list();
  append_organisations(rows.column(at_funders), work.funders);
  Column& awards = rows.column(at_awards);
  awards.begin_list();
  for (const auto& award : work.awards) {
    awards.element().append_struct();
    awards.element().at(0).append_text(award.award_id);
    append_texts(awards.element().at(1), award.funder_rors);
    append_texts(awards.element().at(2), award.funder_names);
  }
  awards.end_list();
  Column& relations = rows.column(at_relations);
  relations.append_struct();
  append_dois(relations.at(0), work.intra_work_dois);
  append_dois(relations.at(1), work.possible_shared_project_dois);
  append_dois(relations.at(2), work.dataset_citation_dois);
}

// ------------------------------------------------------------------- reading

std::vector<model::Organisation> read_organisations(const ColumnView& column,
                                                    std::size_t row) {
  std::vector<model::Organisation> items;
  const auto range = column.list(row);
  const ColumnView& element = column.child(0);
  for (std::size_t i = range.begin; i < range.end; ++i) {
    items.push_back(
        {element.child(0).maybe_text(i), element.child(1).maybe_text(i)});
  }
  return items;
}

model::Author read_author(const ColumnView& element, std::size_t i) {
  model::Author author;
  author.orcid = element.child(0).maybe_text(i);
  author.name.first_initial = element.child(1).maybe_text(i);
  author.name.given_name = element.child(2).maybe_text(i);
  author.name.middle_initials = element.child(3).maybe_text(i);
  author.name.middle_names = element.child(4).maybe_text(i);
  author.name.surname = element.child(5).maybe_text(i);
  author.name.full = element.child(6).maybe_text(i);
  return author;
}

std::vector<std::string> read_texts(const ColumnView& column, std::size_t row) {
  std::vector<std::string> items;
  const auto range = column.list(row);
  for (std::size_t i = range.begin; i < range.end; ++i) {
    items.emplace_back(column.child(0).text(i));
  }
  return items;
}

std::vector<std::string> read_dois(const ColumnView& column, std::size_t row) {
  std::vector<std::string> dois;
  const auto range = column.list(row);
  const ColumnView& element = column.child(0);
  for (std::size_t i = range.begin; i < range.end; ++i) {
    dois.emplace_back(element.child(0).text(i));
  }
  return dois;
}

std::vector<model::WorkAward> read_awards(const ColumnView& column,
                                          std::size_t row) {
  std::vector<model::WorkAward> awards;
  const auto range = column.list(row);
  const ColumnView& element = column.child(0);
  for (std::size_t i = range.begin; i < range.end; ++i) {
    awards.push_back({std::string(element.child(0).text(i)),
                      read_texts(element.child(1), i),
                      read_texts(element.child(2), i)});
  }
  return awards;
}

// ------------------------------------------------------------------- copying

void append_values(Column& column, const Field& type, const ColumnView& from,
                   std::size_t begin, std::size_t end);

void append_value(Column& column, const Field& type, const ColumnView& from,
                  std::size_t row) {
  if (from.is_null(row)) return column.append_null();
  switch (type.kind) {
    case Kind::text:
      return column.append_text(from.text(row));
    case Kind::boolean:
      return column.append_bool(from.value<bool>(row));
    case Kind::uint8:
      return column.append_int(from.value<std::uint8_t>(row));
    case Kind::int32:
    case Kind::date:
      return column.append_int(from.value<std::int32_t>(row));
    case Kind::int64:
    case Kind::timestamp:
      return column.append_int(from.value<std::int64_t>(row));
    case Kind::real:
      return column.append_real(from.value<double>(row));
    case Kind::list: {
      const auto range = from.list(row);
      column.begin_list();
      append_values(column.element(), type.children[0], from.child(0),
                    range.begin, range.end);
      return column.end_list();
    }
    case Kind::structure:
      column.append_struct();
      for (std::size_t i = 0; i < type.children.size(); ++i)
        append_value(column.at(i), type.children[i], from.child(i), row);
  }
}

void append_values(Column& column, const Field& type, const ColumnView& from,
                   std::size_t begin, std::size_t end) {
  for (std::size_t row = begin; row < end; ++row)
    append_value(column, type, from, row);
}

}  // namespace

Schema work_schema() {
  Field contributor = author_struct("");
  contributor.children.push_back(text_field("contributor_type"));
  return {text_field("doi"),
          text_field("title"),
          text_field("abstract_text"),
          text_field("work_type"),
          field("publication_date", Kind::date),
          field("updated_date", Kind::timestamp),
          text_field("publication_venue"),
          organisations("institutions"),
          list_of("authors", author_struct("")),
          organisations("funders"),
          list_of("awards",
                  struct_of("", {text_field("award_id"),
                                 list_of("funder_rors", text_field("")),
                                 list_of("funder_names", text_field(""))})),
          struct_of("relations", {doi_list("intra_work_dois"),
                                  doi_list("possible_shared_project_dois"),
                                  doi_list("dataset_citation_dois")}),
          struct_of("source", {text_field("name"), text_field("url")}),
          text_field("hash"),
          field("publication_date_end", Kind::date),
          text_field("publication_date_precision"),
          list_of("contributors", contributor),
          text_field("language"),
          field("is_xpac", Kind::boolean),
          text_field("version_hash"),
          field("doi_bucket", Kind::uint8)};
}

void append_work(TableBuffer& rows, const model::Work& work,
                 const HashedExtras& extras) {
  rows.column(at_doi).append_text(work.doi);
  rows.column(at_title).append_maybe(work.title);
  rows.column(at_abstract).append_maybe(work.abstract_text);
  rows.column(at_type).append_text(work.work_type);
  append_day(rows.column(at_date), work.publication_date);
  if (work.updated_date) {
    rows.column(at_updated).append_int(*work.updated_date);
  } else {
    rows.column(at_updated).append_null();
  }
  rows.column(at_venue).append_maybe(work.publication_venue);
  append_lists(rows, work);
  rows.column(at_source).append_struct();
  rows.column(at_source).at(0).append_text(work.source_name);
  rows.column(at_source).at(1).append_maybe(work.source_url);
  rows.column(at_hash).append_text(work.hash);
  append_day(rows.column(at_date_end), work.publication_date_end);
  rows.column(at_precision).append_maybe(work.publication_date_precision);
  Column& contributors = rows.column(at_contributors);
  contributors.begin_list();
  for (const auto& contributor : extras.contributors) {
    append_author(contributors.element(), contributor.author);
    contributors.element().at(7).append_maybe(contributor.type);
  }
  contributors.end_list();
  rows.column(at_language).append_maybe(extras.language);
  rows.column(at_xpac).append_bool(extras.is_xpac);
  rows.column(at_version_hash).append_text(work.version_hash);
  rows.column(at_bucket).append_int(text::doi_bucket(work.doi));
  rows.end_row();
}

WorkRows::WorkRows(Rows rows) : index_(places, -1), rows_(std::move(rows)) {
  const Schema schema = work_schema();
  for (std::size_t i = 0; i < rows_.column_count(); ++i) {
    for (std::size_t place = 0; place < schema.size(); ++place) {
      if (schema[place].name == rows_.column_name(i)) {
        index_[place] = static_cast<int>(i);
      }
    }
  }
}

model::Work WorkRows::work(std::size_t row) const {
  model::Work work;
  const auto text = [&](Place place) -> std::optional<std::string> {
    const ColumnView* view = column(index_[place]);
    return view == nullptr ? std::nullopt : view->maybe_text(row);
  };
  const auto day = [&](Place place) -> std::optional<text::Day> {
    const ColumnView* view = column(index_[place]);
    if (view == nullptr || view->is_null(row)) return std::nullopt;
    return view->value<std::int32_t>(row);
  };
  work.doi = text(at_doi).value_or("");
  work.title = text(at_title);
  work.abstract_text = text(at_abstract);
  work.work_type = text(at_type).value_or("");
  work.publication_date = day(at_date);
  work.publication_date_end = day(at_date_end);
  work.publication_date_precision = text(at_precision);
  if (const auto* view = column(index_[at_updated]);
      view != nullptr && !view->is_null(row)) {
    work.updated_date = view->value<std::int64_t>(row);
  }
  work.publication_venue = text(at_venue);
  if (const auto* view = column(index_[at_institutions])) {
    work.institutions = read_organisations(*view, row);
  }
  if (const auto* view = column(index_[at_authors])) {
    const auto range = view->list(row);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      work.authors.push_back(read_author(view->child(0), i));
    }
  }
  if (const auto* view = column(index_[at_funders])) {
    work.funders = read_organisations(*view, row);
  }
  if (const auto* view = column(index_[at_awards])) {
    work.awards = read_awards(*view, row);
  }
  if (const auto* view = column(index_[at_relations])) {
    work.intra_work_dois = read_dois(view->child(0), row);
    work.possible_shared_project_dois = read_dois(view->child(1), row);
    work.dataset_citation_dois = read_dois(view->child(2), row);
  }
  if (const auto* view = column(index_[at_source])) {
    work.source_name = view->child(0).text(row);
    work.source_url = view->child(1).maybe_text(row);
  }
  work.hash = text(at_hash).value_or("");
  work.version_hash = text(at_version_hash).value_or("");
  return work;
}

void WorkRows::append_to(TableBuffer& rows, std::size_t count) const {
  for (std::size_t place = 0; place < index_.size(); ++place) {
    append_values(rows.column(place), rows.schema()[place],
                  *column(index_[place]), 0, count);
  }
  for (std::size_t row = 0; row < count; ++row) rows.end_row();
}

HashedExtras WorkRows::extras(std::size_t row) const {
  HashedExtras extras;
  if (const auto* view = column(index_[at_contributors])) {
    const auto range = view->list(row);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      extras.contributors.push_back({read_author(view->child(0), i),
                                     view->child(0).child(7).maybe_text(i)});
    }
  }
  if (const auto* view = column(index_[at_language])) {
    extras.language = view->maybe_text(row);
  }
  if (const auto* view = column(index_[at_xpac])) {
    extras.is_xpac = !view->is_null(row) && view->value<bool>(row);
  }
  return extras;
}

}  // namespace dmp::sql
