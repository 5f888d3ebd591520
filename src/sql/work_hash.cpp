#include "sql/work_hash.h"

#include <openssl/evp.h>

#include <array>

namespace dmp::sql {

void CanonicalBytes::u32(std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) {
    bytes_ += static_cast<char>(value >> shift & 0xFF);
  }
}

void CanonicalBytes::text(std::string_view text) {
  bytes_ += '\x01';
  u32(static_cast<std::uint32_t>(text.size()));
  bytes_ += text;
}

void CanonicalBytes::maybe(const std::optional<std::string>& maybe) {
  if (maybe) {
    text(*maybe);
  } else {
    null();
  }
}

void CanonicalBytes::date(const std::optional<std::int32_t>& day) {
  if (!day) return null();
  bytes_ += '\x02';
  u32(static_cast<std::uint32_t>(*day));
}

void CanonicalBytes::boolean(bool value) {
  bytes_ += '\x03';
  bytes_ += value ? '\x01' : '\0';
}

void CanonicalBytes::list(std::size_t count) {
  bytes_ += '\x04';
  u32(static_cast<std::uint32_t>(count));
}

std::string CanonicalBytes::md5() const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(bytes_.data(), bytes_.size(), digest.data(), &length, EVP_md5(),
             nullptr);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (unsigned i = 0; i < length; ++i) {
    hex += kDigits[digest[i] >> 4];
    hex += kDigits[digest[i] & 15];
  }
  return hex;
}

namespace {

void organisations(CanonicalBytes& bytes,
                   const std::vector<model::Organisation>& items) {
  bytes.list(items.size());
  for (const auto& item : items) {
    bytes.structure();
    bytes.maybe(item.name);
    bytes.maybe(item.ror);
  }
}

void author_fields(CanonicalBytes& bytes, const model::Author& author) {
  bytes.structure();
  bytes.maybe(author.orcid);
  bytes.maybe(author.name.first_initial);
  bytes.maybe(author.name.given_name);
  bytes.maybe(author.name.middle_initials);
  bytes.maybe(author.name.middle_names);
  bytes.maybe(author.name.surname);
  bytes.maybe(author.name.full);
}

void texts(CanonicalBytes& bytes, const std::vector<std::string>& items) {
  bytes.list(items.size());
  for (const auto& item : items) bytes.text(item);
}

enum class Awards : unsigned char { with_funders, plain };

// Columns 2, 3, 4, 5, 16, 15, 7, 8, 9, 10, 11 of the schema, in this order.
void shared_columns(CanonicalBytes& bytes, const model::Work& work,
                    Awards awards) {
  bytes.maybe(work.title);
  bytes.maybe(work.abstract_text);
  bytes.text(work.work_type);
  bytes.date(work.publication_date);
  bytes.maybe(work.publication_date_precision);
  bytes.date(work.publication_date_end);
  bytes.maybe(work.publication_venue);
  organisations(bytes, work.institutions);
  bytes.list(work.authors.size());
  for (const auto& author : work.authors) author_fields(bytes, author);
  organisations(bytes, work.funders);
  bytes.list(work.awards.size());
  for (const auto& award : work.awards) {
    bytes.structure();
    bytes.text(award.award_id);
    if (awards == Awards::plain) continue;
    texts(bytes, award.funder_rors);
    texts(bytes, award.funder_names);
  }
}

void related(CanonicalBytes& bytes, const std::vector<std::string>& dois) {
  bytes.list(dois.size());
  for (const auto& doi : dois) {
    bytes.structure();
    bytes.text(doi);
  }
}

void source(CanonicalBytes& bytes, const model::Work& work) {
  bytes.structure();
  bytes.text(work.source_name);
  bytes.maybe(work.source_url);
}

}  // namespace

std::string work_hash(const model::Work& work, const HashedExtras& extras) {
  CanonicalBytes bytes;
  shared_columns(bytes, work, Awards::with_funders);
  bytes.structure();
  related(bytes, work.intra_work_dois);
  related(bytes, work.possible_shared_project_dois);
  related(bytes, work.dataset_citation_dois);
  source(bytes, work);
  bytes.list(extras.contributors.size());
  for (const auto& contributor : extras.contributors) {
    author_fields(bytes, contributor.author);
    bytes.maybe(contributor.type);
  }
  bytes.maybe(extras.language);
  bytes.boolean(extras.is_xpac);
  return bytes.md5();
}

std::string version_hash(const model::Work& work) {
  CanonicalBytes bytes;
  shared_columns(bytes, work, Awards::plain);
  source(bytes, work);
  return bytes.md5();
}

}  // namespace dmp::sql
