#include "sql/functions.h"

#include "sql/duckdb_api.h"
#include "sql/list_functions.h"
#include "sql/lookup.h"
#include "sql/vector_view.h"
#include "text/doi.h"
#include "text/identifiers.h"
#include "text/unicode.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace dmp::sql {

namespace {

void key(duckdb_function_info /*info*/, duckdb_data_chunk input,
         duckdb_vector output) {
  const VectorView texts(duckdb_data_chunk_get_vector(input, 0));
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    if (texts.is_null(row)) {
      put_null(output, row);
    } else {
      put_text(output, row, text::key(texts.text(row)));
    }
  }
}

void doi_bucket(duckdb_function_info /*info*/, duckdb_data_chunk input,
                duckdb_vector output) {
  const VectorView dois(duckdb_data_chunk_get_vector(input, 0));
  const idx_t rows = duckdb_data_chunk_get_size(input);
  auto* buckets = static_cast<std::uint8_t*>(duckdb_vector_get_data(output));
  for (idx_t row = 0; row < rows; ++row) {
    if (dois.is_null(row)) {
      put_null(output, row);
    } else {
      buckets[row] = text::doi_bucket(dois.text(row));
    }
  }
}

// "type:identifier", so that one join finds it in the ROR lookup.
void organisation_id(duckdb_function_info /*info*/, duckdb_data_chunk input,
                     duckdb_vector output) {
  const VectorView texts(duckdb_data_chunk_get_vector(input, 0));
  const VectorView schemes(duckdb_data_chunk_get_vector(input, 1));
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    const text::OrgId id =
        text::classify_org_id(texts.text(row), schemes.text(row));
    if (id.identifier.empty() || id.type == text::OrgIdType::other) {
      put_null(output, row);
    } else {
      std::string key(text::org_id_type_name(id.type));
      key += ':';
      put_text(output, row, key += id.identifier);
    }
  }
}

void lookup(duckdb_function_info /*info*/, duckdb_data_chunk input,
            duckdb_vector output) {
  const VectorView keys(duckdb_data_chunk_get_vector(input, 0));
  const VectorView values(duckdb_data_chunk_get_vector(input, 1));
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    const auto [key, last_key] = keys.list(row);
    const auto [value, last_value] = values.list(row);
    std::vector<std::pair<std::string_view, std::string_view>> entries;
    for (std::size_t i = 0; i < std::min(last_key - key, last_value - value);
         ++i) {
      const auto found = keys.children[0].text(key + i);
      if (found.data() == nullptr) continue;
      entries.emplace_back(found, values.children[0].text(value + i));
    }
    put_text(output, row, make_lookup(entries));
  }
}

// ---------------------------------------------------------- canonical bytes

// The bytes of a row; their room is used again by the next one.
class Bytes {
 public:
  void clear() { size_ = 0; }
  void add(char byte) { *room(1) = byte; }
  void add(char tag, bool value) {
    char* to = room(2);
    to[0] = tag;
    to[1] = value ? '\x01' : '\0';
  }
  void add(char tag, std::uint32_t value) { put(room(5), tag, value); }
  void add(char tag, std::string_view text) {
    char* to = room(5 + text.size());
    put(to, tag, static_cast<std::uint32_t>(text.size()));
    std::copy(text.begin(), text.end(), to + 5);
  }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  // Little endian.
  static void put(char* to, char tag, std::uint32_t value) {
    to[0] = tag;
    for (std::size_t i = 0; i < 4; ++i)
      to[1 + i] = static_cast<char>(value >> (8 * i));
  }
  char* room(std::size_t bytes) {
    const std::size_t at = size_;
    size_ += bytes;
    if (size_ > bytes_.size()) bytes_.resize(2 * size_);
    return bytes_.data() + at;
  }

  std::vector<char> bytes_;
  std::size_t size_ = 0;
};

// Tag, length, value: independent of any printer. False for another type.
bool append_value(Bytes& bytes, const VectorView& view, std::size_t row) {
  if (view.is_null(row)) {
    bytes.add('\0');
    return true;
  }
  if (view.type == DUCKDB_TYPE_VARCHAR) {
    bytes.add('\x01', view.text(row));
  } else if (view.type == DUCKDB_TYPE_DATE) {
    bytes.add('\x02',
              static_cast<std::uint32_t>(view.value<std::int32_t>(row)));
  } else if (view.type == DUCKDB_TYPE_BOOLEAN) {
    bytes.add('\x03', view.value<bool>(row));
  } else if (view.type == DUCKDB_TYPE_LIST) {
    const auto [begin, end] = view.list(row);
    bytes.add('\x04', static_cast<std::uint32_t>(end - begin));
    for (std::size_t i = begin; i < end; ++i) {
      if (!append_value(bytes, view.children[0], i)) return false;
    }
  } else if (view.type == DUCKDB_TYPE_STRUCT) {
    bytes.add('\x05');
    for (const auto& field : view.children) {
      if (!append_value(bytes, field, row)) return false;
    }
  } else {
    // An untyped NULL is caught above.
    return false;
  }
  return true;
}

bool append_values(Bytes& bytes, const std::vector<VectorView>& columns,
                   std::size_t row) {
  return std::all_of(columns.begin(), columns.end(),
                     [&](const VectorView& column) {
                       return append_value(bytes, column, row);
                     });
}

// MD5 of bytes that come in parts; two that begin alike share the beginning.
class Md5 {
 public:
  Md5() : context_(EVP_MD_CTX_new()) {}
  ~Md5() { EVP_MD_CTX_free(context_); }
  Md5(const Md5&) = delete;
  Md5& operator=(const Md5&) = delete;

  void begin() {
    // Fetched once: a look-up by name costs more than hashing a short row.
    static const EVP_MD* const kMd5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
    EVP_DigestInit_ex2(context_, kMd5, nullptr);
  }
  void begin_as(const Md5& other) {
    EVP_MD_CTX_copy_ex(context_, other.context_);
  }
  void add(std::string_view bytes) {
    EVP_DigestUpdate(context_, bytes.data(), bytes.size());
  }
  // 32 hex digits; begin again after it. They live until the next end().
  std::string_view end() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    EVP_DigestFinal_ex(context_, digest.data(), nullptr);
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t i = 0; i < hex_.size() / 2; ++i) {
      hex_[2 * i] = kDigits[digest[i] >> 4];
      hex_[2 * i + 1] = kDigits[digest[i] & 15];
    }
    return {hex_.data(), hex_.size()};
  }

 private:
  EVP_MD_CTX* context_;
  std::array<char, 32> hex_{};
};

constexpr char kFormatVersion = '\x01';

void canonical_md5(duckdb_function_info info, duckdb_data_chunk input,
                   duckdb_vector output) {
  std::vector<VectorView> columns;
  for (idx_t i = 0; i < duckdb_data_chunk_get_column_count(input); ++i) {
    columns.emplace_back(duckdb_data_chunk_get_vector(input, i));
  }
  Md5 md5;
  Bytes bytes;
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    bytes.clear();
    bytes.add(kFormatVersion);
    if (!append_values(bytes, columns, row)) {
      duckdb_scalar_function_set_error(info, "dmp_md5: type without a rule");
      return;
    }
    md5.begin();
    md5.add(bytes.view());
    put_text(output, row, md5.end());
  }
}

// Of the fields of three structs: common and first, common and second.
void canonical_md5_pair(duckdb_function_info info, duckdb_data_chunk input,
                        duckdb_vector output) {
  std::vector<VectorView> parts;
  for (idx_t i = 0; i < 3; ++i)
    parts.emplace_back(duckdb_data_chunk_get_vector(input, i));
  const std::array<duckdb_vector, 2> hashes{
      duckdb_struct_vector_get_child(output, 0),
      duckdb_struct_vector_get_child(output, 1)};
  Md5 common, whole;
  Bytes bytes;
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    for (std::size_t part = 0; part < parts.size(); ++part) {
      bytes.clear();
      if (part == 0) bytes.add(kFormatVersion);
      if (parts[part].type != DUCKDB_TYPE_STRUCT ||
          !append_values(bytes, parts[part].children, row)) {
        duckdb_scalar_function_set_error(info,
                                         "dmp_md5_pair: type without a rule");
        return;
      }
      if (part == 0) {
        common.begin();
        common.add(bytes.view());
      } else {
        whole.begin_as(common);
        whole.add(bytes.view());
        put_text(hashes[part - 1], row, whole.end());
      }
    }
  }
}

// -------------------------------------------------------------- registration

class Type {
 public:
  explicit Type(duckdb_type id) : handle_(duckdb_create_logical_type(id)) {}
  static Type list_of(const Type& element) {
    return Type(duckdb_create_list_type(element.handle_));
  }
  // list<struct> of texts but for the fields of `others`, by place.
  static Type list_of_texts(
      std::vector<const char*> names,
      const std::vector<std::pair<std::size_t, const Type*>>& others = {}) {
    return list_of(struct_of_texts(std::move(names), others));
  }
  static Type struct_of_texts(
      std::vector<const char*> names,
      const std::vector<std::pair<std::size_t, const Type*>>& others = {}) {
    const Type text(DUCKDB_TYPE_VARCHAR);
    std::vector<duckdb_logical_type> types(names.size(), text.handle_);
    for (const auto& [place, type] : others) types[place] = type->handle_;
    return Type(
        duckdb_create_struct_type(types.data(), names.data(), names.size()));
  }
  Type(Type&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)) {}
  Type(const Type&) = delete;
  Type& operator=(const Type&) = delete;
  ~Type() { duckdb_destroy_logical_type(&handle_); }
  duckdb_logical_type get() const { return handle_; }

 private:
  explicit Type(duckdb_logical_type handle) : handle_(handle) {}
  duckdb_logical_type handle_;
};

enum class Arity : std::uint8_t { fixed, any_number };

// Nulls reach the function: it says itself what they mean.
Status add(void* connection, const char* name,
           const std::vector<const Type*>& parameters, const Type& returned,
           duckdb_scalar_function_t body, Arity arity = Arity::fixed) {
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_scalar_function_set_name(function, name);
  if (arity == Arity::any_number) {
    duckdb_scalar_function_set_varargs(function, parameters[0]->get());
  } else {
    for (const Type* parameter : parameters)
      duckdb_scalar_function_add_parameter(function, parameter->get());
  }
  duckdb_scalar_function_set_return_type(function, returned.get());
  duckdb_scalar_function_set_special_handling(function);
  duckdb_scalar_function_set_function(function, body);
  const duckdb_state done = duckdb_register_scalar_function(
      static_cast<duckdb_connection>(connection), function);
  duckdb_destroy_scalar_function(&function);
  if (done == DuckDBSuccess) return {};
  return Error{ErrorCode::internal,
               "DuckDB refuses the function " + std::string(name)};
}

}  // namespace

Status register_functions(void* connection) {
  const Type text(DUCKDB_TYPE_VARCHAR), any(DUCKDB_TYPE_ANY),
      bucket(DUCKDB_TYPE_UTINYINT);
  const Type blob(DUCKDB_TYPE_BLOB), texts = Type::list_of(text);
  const Type organisations = Type::list_of_texts({"name", "ror"});
  const Type stated = Type::list_of_texts({"name", "identifier"});
  const Type stated_awards =
      Type::list_of_texts({"award_id", "funder_name", "identifier"});
  const Type awards = Type::list_of_texts(
      {"award_id", "funder_rors", "funder_names"}, {{1, &texts}, {2, &texts}});
  const Type authors = Type::list_of_texts({"orcid", "first_initial",
                                            "given_name", "middle_initials",
                                            "middle_names", "surname", "full"});
  DMP_TRY(add(connection, "dmp_key", {&text}, text, key));
  DMP_TRY(add(connection, "dmp_doi_bucket", {&text}, bucket, doi_bucket));
  DMP_TRY(add(connection, "dmp_organisation_id", {&text, &text}, text,
              organisation_id));
  DMP_TRY(add(connection, "dmp_lookup", {&texts, &texts}, blob, lookup));
  DMP_TRY(add(connection, "dmp_organisations", {&stated, &blob}, organisations,
              merge_organisations));
  DMP_TRY(add(connection, "dmp_awards", {&stated_awards, &blob}, awards,
              merge_awards));
  DMP_TRY(add(connection, "dmp_authors", {&authors, &authors}, authors,
              complete_authors));
  const Type pair = Type::struct_of_texts({"first", "second"});
  DMP_TRY(add(connection, "dmp_md5_pair", {&any, &any, &any}, pair,
              canonical_md5_pair));
  return add(connection, "dmp_md5", {&any}, text, canonical_md5,
             Arity::any_number);
}

}  // namespace dmp::sql
