module life

go 1.19

require (
	claims v0.0.0
	gopkg.in/validator.v2 v2.0.1
)

replace claims => ./generated

// The client names a validator of values that none of its calls reach: this stands in for it, so that nothing is
// fetched.
replace gopkg.in/validator.v2 => ./validator
