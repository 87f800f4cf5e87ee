/** For `paths` of tsconfig.json: the package's own types would bring the DOM's, which the Worker does not have. */
declare const crossFetch: typeof fetch;
export default crossFetch;
declare const GivenHeaders: typeof Headers;
declare const GivenRequest: typeof Request;
declare const GivenResponse: typeof Response;
type GivenHeaders = Headers;
type GivenRequest = Request;
type GivenResponse = Response;
export { crossFetch as fetch, GivenHeaders as Headers, GivenRequest as Request, GivenResponse as Response };
