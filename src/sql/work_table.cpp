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
// Into what was read before: its memory is used again.

void read_text(const ColumnView& column, std::size_t row, std::string& into) {
  into.assign(column.text(row));
}

void read_text(const ColumnView& column, std::size_t row,
               std::optional<std::string>& into) {
  if (column.is_null(row)) {
    into.reset();
  } else if (into) {
    into->assign(column.text(row));
  } else {
    into.emplace(column.text(row));
  }
}

// `read_item(element, i, item)` for every entry of the list.
template <class Item, class ReadItem>
void read_list(const ColumnView& column, std::size_t row,
               std::vector<Item>& into, const ReadItem& read_item) {
  const auto range = column.list(row);
  into.resize(range.end - range.begin);
  const ColumnView& element = column.child(0);
  for (std::size_t i = range.begin; i < range.end; ++i)
    read_item(element, i, into[i - range.begin]);
}

void read_organisation(const ColumnView& element, std::size_t i,
                       model::Organisation& organisation) {
  read_text(element.child(0), i, organisation.name);
  read_text(element.child(1), i, organisation.ror);
}

void read_author(const ColumnView& element, std::size_t i,
                 model::Author& author) {
  read_text(element.child(0), i, author.orcid);
  read_text(element.child(1), i, author.name.first_initial);
  read_text(element.child(2), i, author.name.given_name);
  read_text(element.child(3), i, author.name.middle_initials);
  read_text(element.child(4), i, author.name.middle_names);
  read_text(element.child(5), i, author.name.surname);
  read_text(element.child(6), i, author.name.full);
}

void read_texts(const ColumnView& column, std::size_t row,
                std::vector<std::string>& into) {
  read_list(column, row, into,
            [](const ColumnView& element, std::size_t i, std::string& text) {
              read_text(element, i, text);
            });
}

void read_dois(const ColumnView& column, std::size_t row,
               std::vector<std::string>& into) {
  read_list(column, row, into,
            [](const ColumnView& element, std::size_t i, std::string& doi) {
              read_text(element.child(0), i, doi);
            });
}

void read_award(const ColumnView& element, std::size_t i,
                model::WorkAward& award) {
  read_text(element.child(0), i, award.award_id);
  read_texts(element.child(1), i, award.funder_rors);
  read_texts(element.child(2), i, award.funder_names);
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

const model::Work& WorkRows::work(std::size_t row) {
  // What a query leaves out was never set.
  const auto text = [&](Place place, auto& into) {
    if (const auto* view = column(index_[place])) read_text(*view, row, into);
  };
  const auto day = [&](Place place, std::optional<text::Day>& into) {
    const ColumnView* view = column(index_[place]);
    if (view == nullptr) return;
    into.reset();
    if (!view->is_null(row)) into = view->value<std::int32_t>(row);
  };
  text(at_doi, work_.doi);
  text(at_title, work_.title);
  text(at_abstract, work_.abstract_text);
  text(at_type, work_.work_type);
  day(at_date, work_.publication_date);
  day(at_date_end, work_.publication_date_end);
  text(at_precision, work_.publication_date_precision);
  if (const auto* view = column(index_[at_updated])) {
    work_.updated_date.reset();
    if (!view->is_null(row))
      work_.updated_date = view->value<std::int64_t>(row);
  }
  text(at_venue, work_.publication_venue);
  if (const auto* view = column(index_[at_institutions]))
    read_list(*view, row, work_.institutions, read_organisation);
  if (const auto* view = column(index_[at_authors]))
    read_list(*view, row, work_.authors, read_author);
  if (const auto* view = column(index_[at_funders]))
    read_list(*view, row, work_.funders, read_organisation);
  if (const auto* view = column(index_[at_awards]))
    read_list(*view, row, work_.awards, read_award);
  if (const auto* view = column(index_[at_relations])) {
    read_dois(view->child(0), row, work_.intra_work_dois);
    read_dois(view->child(1), row, work_.possible_shared_project_dois);
    read_dois(view->child(2), row, work_.dataset_citation_dois);
  }
  if (const auto* view = column(index_[at_source])) {
    read_text(view->child(0), row, work_.source_name);
    read_text(view->child(1), row, work_.source_url);
  }
  text(at_hash, work_.hash);
  text(at_version_hash, work_.version_hash);
  return work_;
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
    read_list(
        *view, row, extras.contributors,
        [](const ColumnView& element, std::size_t i, Contributor& contributor) {
          read_author(element, i, contributor.author);
          read_text(element.child(7), i, contributor.type);
        });
  }
  if (const auto* view = column(index_[at_language]))
    read_text(*view, row, extras.language);
  if (const auto* view = column(index_[at_xpac])) {
    extras.is_xpac = !view->is_null(row) && view->value<bool>(row);
  }
  return extras;
}

}  // namespace dmp::sql
