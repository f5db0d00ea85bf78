// Package validator stands in for the package of that name.
package validator

// Validate finds nothing wrong: the API says what is.
func Validate(any) error { return nil }
